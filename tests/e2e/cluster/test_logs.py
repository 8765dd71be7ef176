"""Where the application's logs go, in every mode of the chart and with each output that a receiver can take here.

Kafka and S3 are not among them: neither has a server here, and the stand-in for Fluent Bit speaks neither.
"""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.application import MESSAGE
from tests.e2e.certificates import make_certificates
from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import MakeNamespace, Namespace, until
from tests.e2e.cluster.operator import SECRET as SECRETS
from tests.e2e.cluster.operator import Operator
from tests.e2e.cluster.receiver import AUTHORITY, FORWARD, HTTP, HTTPS, NAME, Receiver, Record, records_in
from tests.e2e.cluster.release import ReleaseIn

SHARED_KEY = 'a "shared" $key #1'
PASSWORD = "a password of the receiver's"
SECRET = "sk-never-to-be-shipped"
MAIN_LOG = re.compile(r"/app/logs/claude-relay-\d{4}-\d\d-\d\d\.log(\.\d+)?")
MAX_SIZE = "100k"
REQUESTS, EACH_SECOND = 240, 12
# A request writes 2 to 3 kB, so that a file is full after three to four seconds.
LONG = "x" * 1000
PROMPT = "a prompt that nobody else may read"


def values(mode: str = "fluentbit", kind: str = "stdout", **output: Any) -> dict[str, Any]:
    return {
        "preStopSleepSeconds": 0,
        "config": {"logMaxSize": MAX_SIZE, "logMaxFiles": 50, "timezoneOffset": -5},
        "storage": {
            "logs": {
                "mode": mode,
                "fluentbit": {"output": {"type": kind, "config": output}},
            }
        },
    }


OVER_HTTP = values(kind="http", Host=NAME, Port=HTTP, URI="/logs")


@pytest.fixture(scope="module")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here."""
    with make_namespace("logs") as made:
        yield made


@pytest.fixture(scope="module")
def receiver(namespace: Namespace, images: Images, tmp_path_factory: pytest.TempPathFactory) -> Receiver:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder, NAME)
    return Receiver(namespace, images.own("receiver"), SHARED_KEY, folder)


@pytest.fixture(scope="module")
def operator(release_in: ReleaseIn, namespace: Namespace, receiver: Receiver) -> Operator:
    """Of a release whose logs go to the receiver over HTTP; each test makes of it what it needs."""
    receiver.start()
    release = release_in(namespace)
    release.install(OVER_HTTP)
    return Operator(namespace, release)


def pod_with(operator: Operator, changed: dict[str, Any]) -> str:
    """The name of the one pod that runs with these values."""
    operator.release.upgrade(changed)
    until(lambda: len(operator.names()) == 1, "one pod is left")
    return operator.names()[0]


def mentions(records: list[Record], text: str) -> list[Record]:
    return [record for record in records if text in json.dumps(record)]


def test_each_line_arrives_once_through_rotation_with_its_time(operator: Operator, receiver: Receiver) -> None:
    pod = pod_with(operator, OVER_HTTP)
    names = {f"nobody-{number}.{LONG}" for number in range(REQUESTS)}
    with operator.application() as application:
        begin = time.monotonic()
        for number, name in enumerate(sorted(names)):
            application.ask("POST", "/web/auth/login", {"username": name, "password": "wrong"})
            time.sleep(max(0.0, begin + number / EACH_SECOND - time.monotonic()))

    def lost() -> set[str]:
        told = "\n".join(record["msg"] for record in of_main_log(pod, receiver))
        return {name for name in names if name not in told}

    until(lambda: not lost(), "every request arrived")
    arrived = of_main_log(pod, receiver)
    assert len({record["file"] for record in arrived}) > 3, "the files were hardly rotated"
    lines = [json.dumps({**record, "file": ""}) for record in mentions(arrived, "nobody-")]
    assert len(lines) == len(set(lines)), "a line arrived twice"
    now = float(operator.namespace.execute(pod, "date", "+%s", container="http"))
    assert all(-5 <= now - record["date"] <= 600 for record in arrived), (
        "the application's clock is five hours behind UTC"
    )


def of_main_log(pod: str, receiver: Receiver) -> list[Record]:
    return [record for record in receiver.records() if record["pod"] == pod and MAIN_LOG.fullmatch(record["file"])]


def test_no_credential_and_no_prompt_is_shipped(operator: Operator, receiver: Receiver) -> None:
    pod = pod_with(operator, OVER_HTTP)
    with operator.administrator() as administrator:
        administrator.create_account("an-account", "http://upstream.invalid", SECRET)
        api_key = administrator.create_api_key("a-client")
        body = {**MESSAGE, "messages": [{"role": "user", "content": PROMPT}]}
        administrator.application.ask("POST", "/api/v1/messages", body, {"x-api-key": api_key})
        administrator.application.ask("POST", "/web/auth/login", {"username": "after-the-secrets", "password": "wrong"})
    secrets = [SECRET, api_key, administrator.token, PROMPT, operator.namespace.secret(SECRETS)["admin-password"]]
    written = operator.namespace.execute(
        pod, "sh", "-c", "cat $(ls /app/logs/claude-relay-*.log* | grep -v gz)", container="http"
    )
    assert [secret in written for secret in secrets] == [True] * len(secrets), "nothing to hide"
    files = "/app/logs/claude-relay-auth-detail-*.log"
    assert SECRET in operator.namespace.execute(pod, "sh", "-c", f"cat {files}", container="http"), "nothing to hide"
    operator.namespace.execute(pod, "sh", "-c", f'for file in {files}; do cp "$file" "$file.1"; done', container="http")
    until(lambda: mentions(receiver.records(), "after-the-secrets"), "what came after them arrived")
    operator.namespace.kubectl("delete", "pod", pod)  # with its last look at all files
    deliveries = json.dumps(receiver.deliveries())
    assert "an-account" in deliveries
    assert [secret in deliveries for secret in secrets] == [False] * len(secrets)
    records = [record for record in receiver.records() if record["pod"] == pod]
    assert not [record for record in records if re.search("auth-detail|error|security", record["file"])]
    assert not [record for record in records if record.get("path") == "/health"]
    (refused,) = [record for record in records if record["msg"].startswith("token_refresh_error")]
    assert (refused["lvl"], refused["code"]) == ("error", "ECONNREFUSED")


def test_the_last_line_before_sigterm_arrives(operator: Operator, receiver: Receiver) -> None:
    pod = pod_with(operator, OVER_HTTP)
    console = operator.namespace.kubectl.start("logs", "--follow", "--container=http", pod)
    operator.namespace.kubectl("delete", "pod", pod)
    said, _ = console.communicate(timeout=60)
    last = [line for line in said.splitlines() if re.match(r"\S*\d\d:\d\d:\d\d", line)][-1]
    own = [record for record in receiver.records() if record["pod"] == pod]
    assert any(str(record["msg"]) in last for record in own), f"{last!r} is not among {own[-3:]}"


def test_lines_wait_for_a_receiver_that_is_away(operator: Operator, receiver: Receiver) -> None:
    pod = pod_with(operator, OVER_HTTP)

    def retries() -> int:
        return operator.namespace.logs(pod, "--container=fluent-bit").count("retry in")

    before = retries()
    receiver.stop()
    with operator.application() as application:
        application.ask("POST", "/web/auth/login", {"username": "patient", "password": "wrong"})
    until(lambda: retries() > before + 1, "the output was tried more often than Fluent Bit does by default")
    receiver.start()
    until(lambda: mentions(receiver.records(), "patient"), "the line arrived")


OUTPUTS = {
    "forward": values("forward", Host=NAME, Port=FORWARD, Shared_Key=SHARED_KEY),
    "loki": values(kind="loki", Host=NAME, Port=HTTP, Labels="job=relay,level=$lvl", Tenant_ID="team"),
    "elasticsearch": values(kind="elasticsearch", Host=NAME, Port=HTTP, HTTP_User="relay", HTTP_Passwd=PASSWORD),
}


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_arrives_as_its_receiver_wants_it(operator: Operator, receiver: Receiver, output: str) -> None:
    pod = pod_with(operator, OUTPUTS[output])
    delivery = until(lambda: deliveries_of(pod, receiver), f"lines of {pod} arrived")[0]
    if output == "forward":
        assert delivery["tag"] == "claude-relay"
    elif output == "loki":
        stream = json.loads(delivery["body"])["streams"][0]["stream"]
        assert (stream["job"], stream["level"], delivery["headers"]["x-scope-orgid"]) == ("relay", "info", "team")
    else:
        assert set(json.loads(delivery["body"].splitlines()[0])["create"]) == {"_index"}
        assert delivery["headers"]["authorization"].startswith("Basic ")


def test_over_tls_the_receiver_is_checked_by_the_authority_that_is_mounted(
    operator: Operator, receiver: Receiver
) -> None:
    checked: dict[str, Any] = {"tls.ca_file": "/authority/ca.crt", "tls.verify_hostname": True}
    over_tls = values(kind="http", Host=NAME, Port=HTTPS, URI="/over-tls", tls=True, **checked)
    mounts = [{"name": "authority", "mountPath": "/authority", "readOnly": True}]
    over_tls["extraVolumes"] = [{"name": "authority", "secret": {"secretName": AUTHORITY}}]
    over_tls["storage"]["logs"]["fluentbit"]["extraVolumeMounts"] = mounts
    pod = pod_with(operator, over_tls)
    delivery = until(lambda: deliveries_of(pod, receiver), f"lines of {pod} arrived")[0]
    assert delivery["path"] == "/over-tls"


def deliveries_of(pod: str, receiver: Receiver) -> list[Any]:
    return [one for one in receiver.deliveries() if any(record.get("pod") == pod for record in records_in(one))]


def test_by_default_the_lines_are_on_the_sidecars_standard_output(operator: Operator) -> None:
    pod = pod_with(operator, values())
    lines = until(lambda: shipped_to_stdout(operator, pod), "lines came out")
    assert all(line["pod"] == pod and line["file"].startswith("/app/logs/") for line in lines)


def shipped_to_stdout(operator: Operator, pod: str) -> list[Record]:
    written = operator.namespace.logs(pod, "--container=fluent-bit").splitlines()
    return [json.loads(line) for line in written if line.startswith("{")]


@pytest.mark.parametrize(("mode", "volume"), [("pvc", "persistentVolumeClaim"), ("emptyDir", "emptyDir")])
def test_without_a_sidecar_the_files_stay_where_the_mode_says(operator: Operator, mode: str, volume: str) -> None:
    pod = pod_with(operator, values(mode))
    spec = operator.namespace.get("pod", pod)["spec"]
    assert "fluent-bit" not in {container["name"] for container in spec["containers"] + spec["initContainers"]}
    assert volume in next(one for one in spec["volumes"] if one["name"] == "logs")
    lines = operator.namespace.execute(pod, "sh", "-c", "cat /app/logs/claude-relay-2*.log", container="http")
    assert json.loads(lines.splitlines()[0])["msg"]
