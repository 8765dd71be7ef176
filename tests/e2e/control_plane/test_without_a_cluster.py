"""Rendered without a cluster: a Job creates the Secrets once, and whatever is rendered later changes none of them.

No kubelet is here, so that the Job's program runs as a process: by the rendered command and environment, as the Job's
ServiceAccount, whose rights the server enforces.
"""

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.control_plane.kubectl import Kubectl
from tests.e2e.control_plane.namespace import Namespace, RunJob
from tests.e2e.control_plane.public_chart import write_public_chart
from tests.e2e.helm_release import HelmRefusal, HelmRelease

MODE: dict[str, Any] = {"global": {"secretsJob": True}, "redis": {"auth": {"enabled": True}}}
APPLICATION, REDIS = "relay-claude-relay-secret", "relay-redis"
KEYS = {
    APPLICATION: {"jwt-secret": 64, "encryption-key": 32, "admin-password": 24, "admin-username": 5},
    REDIS: {"redis-password": 32},
}


def values_of(namespace: Namespace, name: str) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in namespace.secret(name).items()}


def all_secrets(namespace: Namespace) -> dict[str, dict[str, str]]:
    found = {name: values_of(namespace, name) for name in KEYS}
    assert {name: {key: len(value) for key, value in data.items()} for name, data in found.items()} == KEYS
    return found


def with_the_job(namespace: Namespace, run_job: RunJob, step: Callable[[], str]) -> None:
    """One step of Helm, which waits for the Job."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(step)
        while not running.done() and not namespace.objects_of("Job"):
            time.sleep(0.05)
        if not running.done():
            assert run_job().returncode == 0
            namespace.complete_jobs()
        running.result()


def test_three_renders_leave_the_keys_as_they_are(
    release: HelmRelease, namespace: Namespace, kubectl: Kubectl, run_job: RunJob
) -> None:
    rendered = release.template(MODE)
    kubectl.apply(rendered)
    done = run_job()
    assert (done.returncode, done.stderr) == (0, "")
    first = all_secrets(namespace)
    for _ in range(2):
        again = release.template(MODE)
        assert again == rendered
        kubectl.apply(again)
        assert run_job().returncode == 0
        assert all_secrets(namespace) == first
        assert kubectl.diff(again) == ""
    printed = done.stdout + done.stderr
    assert not [value for data in first.values() for value in data.values() if value != "admin" and value in printed]


def test_claim_templates_are_rendered_as_the_server_has_them(
    release: HelmRelease, namespace: Namespace, kubectl: Kubectl
) -> None:
    """Argo CD would find the StatefulSet different if apiVersion and kind were missing."""
    rendered = release.template(MODE)
    kubectl.apply(rendered)
    (mine,) = [doc for doc in yaml.safe_load_all(rendered) if doc and doc["kind"] == "StatefulSet"]
    (template,) = mine["spec"]["volumeClaimTemplates"]
    (live,) = namespace.get("StatefulSet", REDIS)["spec"]["volumeClaimTemplates"]
    assert {key: live[key] for key in ("apiVersion", "kind")} == {key: template[key] for key in ("apiVersion", "kind")}


def test_another_version_of_the_application_can_be_applied(
    release: HelmRelease, namespace: Namespace, kubectl: Kubectl, run_job: RunJob
) -> None:
    kubectl.apply(release.template(MODE))
    assert run_job().returncode == 0
    first = all_secrets(namespace)
    kubectl.apply(release.template({**MODE, "image": {"tag": "v9.9.9"}}))
    assert run_job().returncode == 0
    assert all_secrets(namespace) == first
    assert len(namespace.objects_of("Job")) == 2


def test_helm_runs_the_job_as_a_hook_and_takes_the_secrets_over_when_the_mode_ends(
    release: HelmRelease, namespace: Namespace, run_job: RunJob
) -> None:
    with_the_job(namespace, run_job, lambda: release.install(MODE))
    first = all_secrets(namespace)
    assert not namespace.objects_of("Job", "Role", "RoleBinding")
    with_the_job(namespace, run_job, lambda: release.upgrade(MODE))
    assert all_secrets(namespace) == first
    with pytest.raises(HelmRefusal, match=f"Secret/{APPLICATION} has the encryption key of the data in Redis"):
        release.upgrade({**MODE, "nameOverride": "gateway"})
    release.upgrade({"redis": MODE["redis"]})
    assert all_secrets(namespace) == first
    assert namespace.get("Secret", REDIS)["metadata"]["labels"]["helm.sh/chart"] != "claude-relay"


def test_the_secret_of_an_earlier_chart_is_not_deleted_with_its_manifest(
    release: HelmRelease, namespace: Namespace, run_job: RunJob, tmp_path: Path
) -> None:
    """Helm deletes what it rendered before and does not render now, unless the object is annotated."""
    release.install({}, chart=write_public_chart(tmp_path))
    before = namespace.secret(APPLICATION)
    with_the_job(namespace, run_job, lambda: release.upgrade({"global": MODE["global"]}))
    after = namespace.secret(APPLICATION)
    assert before.items() <= after.items()
    assert set(after) == set(KEYS[APPLICATION])
