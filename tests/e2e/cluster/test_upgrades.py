"""A release with its default values through its life, under load and with a stream open."""

from collections.abc import Iterator

import pytest

from tests.e2e.cluster.namespace import MakeNamespace, Namespace
from tests.e2e.cluster.operator import DEPLOYMENT, FULLNAME, SECRET, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.release import ReleaseIn

UPSTREAM_KEY = "sk-of-the-upstream"
CLIENTS = 4


@pytest.fixture(scope="module")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here."""
    with make_namespace("upgrades") as made:
        yield made


@pytest.fixture(scope="module")
def operator(release_in: ReleaseIn, namespace: Namespace) -> Operator:
    """Of a release at its first revision."""
    release = release_in(namespace)
    release.install()
    return Operator(namespace, release)


@pytest.fixture(scope="module")
def neighbour(operator: Operator) -> Neighbour:
    return Neighbour(operator.namespace, operator.image())


@pytest.fixture(scope="module")
def api_key(operator: Operator, neighbour: Neighbour) -> str:
    """Of a user whose messages go to the neighbour."""
    with operator.administrator() as admin:
        admin.create_account("stored", neighbour.url, UPSTREAM_KEY)
        return admin.create_api_key("user")


def pods(operator: Operator) -> list[str]:
    """The names of the application's pods and of Redis', which tell by their identity whether one was replaced."""
    redis = operator.namespace.items("pods", "app.kubernetes.io/name=redis")
    return [pod["metadata"]["uid"] for pod in (*operator.pods(), *redis)]


def test_an_upgrade_with_nothing_changed_replaces_no_pod(operator: Operator) -> None:
    before = pods(operator)
    assert len(before) == 2
    operator.release.upgrade()
    assert pods(operator) == before


def test_a_rolling_upgrade_loses_no_request_and_lets_a_stream_finish(
    operator: Operator, neighbour: Neighbour, api_key: str
) -> None:
    (old,) = operator.names()
    redis = pods(operator)[1:]
    with (
        operator.application(f"pod/{old}") as application,
        neighbour.load(f"http://{FULLNAME}/health", CLIENTS) as load,
    ):
        stream = application.stream(api_key)
        assert stream.line() == "event: ping"
        operator.release.upgrade({"config": {"logLevel": "debug"}})
        (new,) = operator.names()
        assert new != old
        # Helm does not wait for the old pod: it is told to end, and the stream is still open.
        operator.namespace.wait("jsonpath={.metadata.deletionTimestamp}", f"pod/{old}")
        assert stream.line()
        neighbour.finish_streams()
        assert stream.rest()[-1] == 'data: {"type":"message_stop"}'
        operator.namespace.wait("delete", f"pod/{old}")
    assert load.lost == []
    assert load.requests > 100
    assert pods(operator)[1:] == redis


def test_a_rollback_brings_the_earlier_configuration_back(operator: Operator, api_key: str) -> None:
    assert "debug" in operator.namespace.execute(DEPLOYMENT, "printenv", "LOG_LEVEL", container="http")
    operator.release.rollback(1)
    assert operator.namespace.execute(DEPLOYMENT, "printenv", "LOG_LEVEL", container="http") == "info\n"
    with operator.application() as application:
        assert application.message(api_key)["content"][0]["text"] == UPSTREAM_KEY


def test_a_new_installation_reads_the_data_of_the_old_one(operator: Operator, api_key: str) -> None:
    secret = operator.namespace.secret(SECRET)
    operator.release.uninstall()
    operator.namespace.wait("delete", "pod", "--selector=app.kubernetes.io/instance=relay")
    operator.release.install()
    assert operator.namespace.secret(SECRET) == secret
    with operator.administrator() as admin:
        assert admin.accounts() == ["stored"]
        assert admin.application.message(api_key)["content"][0]["text"] == UPSTREAM_KEY
