"""The program of the Job that creates Secrets: what it creates, what it leaves as it is, and what it says."""

import base64
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from chartgate.releases.release import Release
from chartgate.tools.control_plane.processes import ControlPlane
from tests.e2e.control_plane.intermediary import BeforeRequest, intermediary
from tests.e2e.control_plane.namespace import Namespace, RunJob

Render = Callable[..., Release]
Values = dict[str, str]

MODE: dict[str, Any] = {"global": {"secretsJob": True}}
WITH_REDIS: dict[str, Any] = {**MODE, "redis": {"auth": {"enabled": True}}}
APPLICATION, REDIS = "relay-claude-relay-secret", "relay-redis"
GENERATED = {
    APPLICATION: {"jwt-secret": 64, "encryption-key": 32, "admin-password": 24},
    REDIS: {"redis-password": 32},
}
CLAIM = "data-relay-redis-0"


@pytest.fixture
def apply(render: Render, namespace: Namespace) -> Callable[..., None]:
    """Applies the Job of a release "relay" and its rights. A PVC with data is older than the Job by `seconds`."""

    def apply(values: Any, seconds: int = 600) -> None:
        release = render(values=values, release="relay", namespace=namespace.name)
        for obj in release.of_kind("ServiceAccount", "Role", "RoleBinding", "Job"):
            text = json.dumps(obj.manifest, default=dict)
            namespace.apply(json.loads(text.replace("const NEW_SECONDS = 600", f"const NEW_SECONDS = {seconds}")))

    return apply


def values_of(namespace: Namespace, name: str) -> Values:
    return {key: base64.b64decode(value).decode() for key, value in namespace.secret(name).items()}


def somebodys_secret(namespace: Namespace, data: Values, **metadata: Any) -> None:
    """A Secret that somebody else has created or changed."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": APPLICATION, **metadata}, "stringData": data}
    namespace.apply(secret)


def claim_of_redis(namespace: Namespace) -> None:
    """The PVC of an earlier Redis."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    namespace.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": CLAIM}, "spec": spec})


def test_each_secret_is_created_with_random_values_that_are_not_printed(
    namespace: Namespace, apply: Any, run_job: RunJob
) -> None:
    apply(WITH_REDIS)
    done = run_job()
    assert (done.returncode, done.stderr) == (0, "")
    values: list[str] = []
    for name, lengths in GENERATED.items():
        data = values_of(namespace, name)
        assert data.pop("admin-username", "admin") == "admin"
        assert {key: len(value) for key, value in data.items()} == lengths
        values += data.values()
    assert len({*values}) == len(values)
    # Few of 62 characters are missing in 152 random ones: 5 on average.
    assert len({*"".join(values)}) > 45
    assert re.fullmatch("[A-Za-z0-9]+", "".join(values))
    assert not [value for value in values if value in done.stdout]
    assert done.stdout.splitlines() == [
        f"Secret/{APPLICATION}: created admin-password, admin-username, encryption-key, jwt-secret",
        f"Secret/{REDIS}: created redis-password",
    ]


def test_the_secrets_have_the_labels_of_the_release_and_stay_when_it_goes(
    namespace: Namespace, apply: Any, run_job: RunJob
) -> None:
    apply(WITH_REDIS)
    assert run_job().returncode == 0
    for name in GENERATED:
        secret = namespace.get("Secret", name)
        assert secret["type"] == "Opaque"
        assert secret["metadata"]["labels"]["app.kubernetes.io/instance"] == "relay"
        annotations = secret["metadata"]["annotations"]
        assert annotations["helm.sh/resource-policy"] == "keep"
        assert annotations["meta.helm.sh/release-name"] == "relay"


def test_a_second_run_changes_nothing_and_says_so(namespace: Namespace, apply: Any, run_job: RunJob) -> None:
    apply(WITH_REDIS)
    assert run_job().returncode == 0
    before = namespace.objects_of("Secret")
    done = run_job()
    assert done.stdout.splitlines() == [f"Secret/{name} is complete" for name in GENERATED]
    assert (done.returncode, done.stderr) == (0, "")
    assert namespace.objects_of("Secret") == before


@pytest.mark.parametrize("given", [{"jwt-secret": "mine", "encryption-key": "mine too", "other": "not yours"}, {}])
def test_only_missing_keys_are_added(namespace: Namespace, apply: Any, run_job: RunJob, given: Values) -> None:
    somebodys_secret(namespace, given)
    apply(MODE)
    done = run_job()
    data = values_of(namespace, APPLICATION)
    assert given.items() <= data.items()
    added = {*GENERATED[APPLICATION], "admin-username"} - {*given}
    assert set(data) == {*given, *added}
    assert done.stdout == f"Secret/{APPLICATION}: created {', '.join(sorted(added))}\n"


def test_a_secret_with_all_keys_gets_the_annotations_that_it_lacks(
    namespace: Namespace, apply: Any, run_job: RunJob
) -> None:
    """Without `keep`, Helm would delete the Secret of an earlier chart, which is not rendered any more."""
    given = dict.fromkeys((*GENERATED[APPLICATION], "admin-username"), "mine")
    somebodys_secret(namespace, given, annotations={"meta.helm.sh/release-name": "of-somebody"})
    apply(MODE)
    done = run_job()
    assert done.stdout == f"Secret/{APPLICATION}: created annotations\n"
    assert values_of(namespace, APPLICATION) == given
    annotations = namespace.get("Secret", APPLICATION)["metadata"]["annotations"]
    assert annotations["helm.sh/resource-policy"] == "keep"
    assert annotations["meta.helm.sh/release-name"] == "of-somebody"


def test_no_new_encryption_key_is_made_over_data(namespace: Namespace, apply: Any, run_job: RunJob) -> None:
    claim_of_redis(namespace)
    # The PVC is as new as the Job, so the test lowers the age that matters.
    apply(WITH_REDIS, seconds=-600)
    done = run_job()
    assert done.returncode == 1
    assert f"PersistentVolumeClaim/{CLAIM} has data of this release, but Secret/{APPLICATION}" in done.stderr
    assert "restore the Secret from a copy, or copy the Secret of the earlier name to this name" in done.stderr
    assert "set allowDataLoss to true, which makes all upstream accounts and clients' API keys useless" in done.stderr
    assert not namespace.objects_of("Secret")
    apply({**WITH_REDIS, "allowDataLoss": True})
    assert run_job().returncode == 0
    assert {name for _, name in namespace.objects_of("Secret")} == {*GENERATED}


def test_missing_keys_other_than_the_encryption_key_are_made_over_data(
    namespace: Namespace, apply: Any, run_job: RunJob
) -> None:
    claim_of_redis(namespace)
    somebodys_secret(namespace, {"encryption-key": "mine"})
    apply(MODE, seconds=-600)
    assert run_job().returncode == 0
    assert values_of(namespace, APPLICATION)["encryption-key"] == "mine"


def test_a_claim_that_is_as_new_as_the_job_has_no_data(namespace: Namespace, apply: Any, run_job: RunJob) -> None:
    """With `kubectl apply`, all objects are created at the same time."""
    apply(MODE)
    claim_of_redis(namespace)
    assert run_job().returncode == 0
    assert set(values_of(namespace, APPLICATION)) == {*GENERATED[APPLICATION], "admin-username"}


def test_a_right_that_is_missing_is_told(namespace: Namespace, apply: Any, run_job: RunJob) -> None:
    apply(MODE)
    for _, name in namespace.objects_of("RoleBinding"):
        namespace.delete("RoleBinding", name)
    done = run_job()
    assert done.returncode == 1
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{APPLICATION}"
    assert done.stderr.startswith(f"GET {path}: the API server answers 403: ")
    assert "\n" not in done.stderr.strip()
    assert "cannot get resource" in done.stderr


def test_an_api_server_that_is_not_there_is_told(apply: Any, run_job: RunJob) -> None:
    apply(MODE)
    done = run_job(address="127.0.0.1:1")
    assert (done.returncode, done.stderr) == (1, "connect ECONNREFUSED 127.0.0.1:1\n")


@pytest.fixture
def run_through(control_plane: ControlPlane, run_job: RunJob, tmp_path: Path) -> "Callable[[BeforeRequest], Any]":
    """Runs the program of the Job with an API server before which something happens."""
    server = yaml.safe_load(control_plane.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    real = urlsplit(server["server"]).netloc, Path(server["certificate-authority"])

    def run(before: BeforeRequest) -> Any:
        folder = tmp_path / "intermediary"
        folder.mkdir()
        with intermediary(real, folder, before) as (address, authority):
            return run_job(address=address, authority=authority)

    return run


@pytest.mark.parametrize("given", [{}, {"jwt-secret": "first"}], ids=["new", "there already"])
def test_what_another_job_adds_meanwhile_stays(
    namespace: Namespace, apply: Any, run_through: Any, given: Values
) -> None:
    if given:
        somebodys_secret(namespace, given)
    theirs = {"encryption-key": "of another Job", **given}
    times: list[str] = []

    def before(method: str, _: str) -> None:
        if method != "GET":
            times.append(method)
            if len(times) == 1:
                somebodys_secret(namespace, theirs)

    apply(MODE)
    done = run_through(before)
    assert (done.returncode, done.stderr) == (0, "")
    assert times == ["PATCH" if given else "POST", "PATCH"]
    data = values_of(namespace, APPLICATION)
    assert theirs.items() <= data.items()
    assert set(data) == {*GENERATED[APPLICATION], "admin-username"}


@pytest.mark.parametrize("has_data", [True, False])
def test_a_job_that_is_deleted_meanwhile_makes_no_new_key_over_data(
    namespace: Namespace, apply: Any, run_through: Any, has_data: bool
) -> None:
    """Without the Job, nothing tells whether the PVC is older."""
    apply(MODE)
    if has_data:
        claim_of_redis(namespace)

    def before(_method: str, _path: str) -> None:
        for _, name in namespace.objects_of("Job"):
            namespace.delete("Job", name)

    assert run_through(before).returncode == (1 if has_data else 0)


def test_a_secret_that_others_change_all_the_time_is_told(namespace: Namespace, apply: Any, run_through: Any) -> None:
    changes: list[str] = []

    def before(method: str, _: str) -> None:
        if method != "GET":
            changes.append(method)
            somebodys_secret(namespace, {"other": str(len(changes))})

    apply(MODE)
    done = run_through(before)
    assert done.returncode == 1
    assert done.stderr == f"Secret/{APPLICATION} is changed by others all the time: run the Job again\n"
    assert values_of(namespace, APPLICATION) == {"other": "5"}


def test_an_api_server_that_does_not_answer_is_told(namespace: Namespace, apply: Any, run_through: Any) -> None:
    answered = threading.Event()
    apply(MODE)
    try:
        done = run_through(lambda *_: answered.wait(15))
    finally:
        answered.set()
    assert done.returncode == 1
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{APPLICATION}"
    assert done.stderr == f"GET {path}: no answer within 10 s\n"
