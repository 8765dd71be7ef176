"""A Redis of the operator's own: over TLS with a private authority, and with a password."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.e2e.certificates import make_certificates
from tests.e2e.cluster.namespace import MakeNamespace, Namespace, until
from tests.e2e.cluster.operator import Operator
from tests.e2e.cluster.pods import run_pod
from tests.e2e.cluster.release import ReleaseIn

NAME = "redis-of-the-operator"
PORT = 6380
PASSWORD = "its own password"
WRONG = "not its password"
VALUES: dict[str, Any] = {
    "redis": {"enabled": False},
    "externalRedis": {
        "host": NAME,
        "port": PORT,
        "database": 2,
        "existingSecret": "redis-login",
        "tls": True,
        "tlsCA": {"existingSecret": "redis-authority"},
    },
    "storage": {"logs": {"mode": "emptyDir"}},
}


@pytest.fixture(scope="module")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here."""
    with make_namespace("external-redis") as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def redis(namespace: Namespace, render: Callable[..., Release], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs it, with what the operator knows of it in Secrets."""
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder, NAME)
    texts = {path.name: path.read_text() for path in folder.glob("server.*")}
    configuration = (
        f'port 0\ntls-port {PORT}\nrequirepass "{PASSWORD}"\ntls-auth-clients no\n'
        "tls-cert-file /etc/redis-tls/server.crt\ntls-key-file /etc/redis-tls/server.key\n"
        "tls-ca-cert-file /etc/redis-tls/server.crt\n"
    )
    namespace.apply(
        secret("redis-files", {**texts, "redis.conf": configuration, "password": PASSWORD}),
        secret("redis-authority", {"ca.crt": (folder / "ca.crt").read_text()}),
        secret("redis-login", {"redis-password": PASSWORD}),
        secret("wrong-login", {"redis-password": WRONG}),
    )
    image = render().only("StatefulSet").container("redis").manifest["image"]
    volumes = {"/etc/redis-tls": {"secret": {"secretName": "redis-files"}}}
    run_pod(namespace, NAME, image, ["redis-server", "/etc/redis-tls/redis.conf"], port=PORT, volumes=volumes)


def secret(name: str, data: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def test_the_application_uses_it(release_in: ReleaseIn, namespace: Namespace) -> None:
    release = release_in(namespace)
    release.install(VALUES)
    assert namespace.items("statefulsets") == []
    operator = Operator(namespace, release)
    with operator.administrator() as admin:
        admin.create_account("stored", "http://192.0.2.1", "sk")
    asking = 'REDISCLI_AUTH="$(cat /etc/redis-tls/password)" redis-cli --tls --insecure -p "$0" -n "$1" keys "$2"'
    words = (str(PORT), "2", "claude_console_account:*")
    assert "claude_console_account:" in namespace.execute(f"pod/{NAME}", "sh", "-c", asking, *words)
    assert "Succeeded" in release.test()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"existingSecret": "wrong-login"}, "WRONGPASS"),
        ({"tlsCA": {"existingSecret": ""}}, "unable to verify the first certificate"),
    ],
    ids=["wrong-password", "unknown-authority"],
)
def test_a_refusal_is_told_by_a_pod_that_waits(
    release_in: ReleaseIn, namespace: Namespace, change: dict[str, Any], told: str
) -> None:
    release = replace(release_in(namespace), name="refused", wait=False)
    release.install({**VALUES, "externalRedis": {**VALUES["externalRedis"], **change}})
    selector = "app.kubernetes.io/name=claude-relay,app.kubernetes.io/instance=refused"

    def logs() -> str:
        return namespace.kubectl("logs", f"--selector={selector}", "--container=wait-for-redis", "--ignore-errors")

    def waits() -> bool:
        pods = namespace.items("pods", selector)
        states = [state for pod in pods for state in pod["status"].get("initContainerStatuses", [])]
        return any("running" in state["state"] for state in states)

    until(waits, "the init container runs")
    until(lambda: told in logs(), f"the log tells {told}")
    (pod,) = namespace.items("pods", selector)
    conditions = {condition["type"]: condition["status"] for condition in pod["status"]["conditions"]}
    assert conditions["Ready"] == "False"
    (waiting,) = (state for state in pod["status"]["initContainerStatuses"] if state["name"] == "wait-for-redis")
    assert waiting["restartCount"] == 0
    written = [logs(), namespace.kubectl("get", "events", "-o", "yaml"), namespace.kubectl("describe", "pods")]
    for text in written:
        assert text
        assert WRONG not in text
        assert PASSWORD not in text
    release.uninstall()
    namespace.wait("delete", "pod", f"--selector={selector}")
