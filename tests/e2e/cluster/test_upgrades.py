"""The default release through its life, under load and with a stream open."""

import pytest

from tests.e2e.cluster.operator import DEPLOYMENT, PODS, REDIS_PODS, SECRET, Operator
from tests.e2e.cluster.pods import Neighbour

UPSTREAM_KEY = "sk-of-the-upstream"
CLIENTS = 4


@pytest.fixture(scope="module")
def api_key(operator: Operator, neighbour: Neighbour) -> str:
    """Of a user whose messages go to the neighbour."""
    with operator.administrator() as admin:
        admin.create_account("stored", neighbour.url, UPSTREAM_KEY)
        return admin.create_api_key("user")


def pods(operator: Operator) -> list[str]:
    """The names of the application's pods and of Redis', which tell by their identity whether one was replaced."""
    redis = operator.namespace.items("pods", REDIS_PODS)
    return [pod["metadata"]["uid"] for pod in (*operator.pods(), *redis)]


def test_an_upgrade_with_nothing_changed_replaces_no_pod(operator: Operator) -> None:
    before = pods(operator)
    assert len(before) == 2
    operator.release.upgrade()
    assert pods(operator) == before


def test_an_upgrade_and_a_rollback_lose_no_request_and_let_a_stream_finish(
    operator: Operator, neighbour: Neighbour, api_key: str
) -> None:
    (old,) = operator.names()
    redis = pods(operator)[1:]
    with (
        operator.application(f"pod/{old}") as application,
        neighbour.load(f"http://{operator.address()}/health", CLIENTS) as load,
    ):
        stream = application.stream(api_key)
        assert stream.line() == "event: ping"
        operator.release.upgrade({"config": {"logLevel": "debug"}})
        assert log_level(operator) == "debug"
        assert old not in operator.names()
        # Helm does not wait for the old pod: it has been told to end, and the stream is still open.
        operator.namespace.wait("jsonpath={.metadata.deletionTimestamp}", f"pod/{old}")
        assert stream.line()
        neighbour.finish_streams()
        assert stream.rest()[-1] == 'data: {"type":"message_stop"}'
        operator.release.rollback(operator.release.revision() - 1)
        assert log_level(operator) == "info"
        operator.namespace.wait("delete", f"pod/{old}")
    assert load.lost == []
    assert load.requests > 100
    assert pods(operator)[1:] == redis


def log_level(operator: Operator) -> str:
    return operator.namespace.execute(DEPLOYMENT, "printenv", "LOG_LEVEL", container="http").strip()


def test_a_new_installation_reads_the_data_of_the_old_one(operator: Operator, api_key: str) -> None:
    secret = operator.namespace.secret(SECRET)
    operator.release.uninstall()
    operator.namespace.wait("delete", "pod", f"--selector={PODS}")
    operator.namespace.wait("delete", "pod", f"--selector={REDIS_PODS}")
    operator.release.install()
    assert operator.namespace.secret(SECRET) == secret
    with operator.administrator() as admin:
        assert "stored" in admin.accounts()
        assert admin.application.message(api_key)["content"][0]["text"] == UPSTREAM_KEY
