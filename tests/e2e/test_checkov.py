"""What the gate has checkov say is what checkov's own command says, on every object of every case."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartgate.findings.checkov.check import object_text
from chartgate.findings.checkov.relations import LACKS_POLICY, related_kinds
from chartgate.findings.checkov.scan import scan
from chartgate.releases.release import Release
from chartgate.values.case import Case

SEEN_AT_TOGETHER = [
    {"kind": "Role", "metadata": {"name": "all"}, "rules": [{"apiGroups": [""], "resources": ["*"], "verbs": ["*"]}]},
    {
        "kind": "RoleBinding",
        "metadata": {"name": "all"},
        "subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "apps"}],
        "roleRef": {"kind": "Role", "name": "all"},
    },
]
ALONE: list[dict[str, Any]] = [
    {"kind": "ServiceAccount", "metadata": {"name": "default"}},
    {"kind": "Service", "metadata": {"name": "tiller-deploy", "labels": {"name": "tiller"}}, "spec": {}},
    {
        "kind": "Ingress",
        "metadata": {"name": "i", "annotations": {"nginx.ingress.kubernetes.io/server-snippet": "alias /;"}},
    },
    {
        "kind": "CronJob",
        "metadata": {"name": "j", "annotations": {"checkov.io/skip1": "CKV_K8S_43=pinned elsewhere"}},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:latest"}]}}}}},
    },
    {
        "kind": "Pod",
        "metadata": {"name": "p", "labels": {"tier": "control-plane"}},
        "spec": {
            "hostPID": True,
            "volumes": [{"name": "v", "hostPath": {"path": "/var/run/docker.sock"}}],
            "containers": [
                {"name": "c", "image": "i", "command": ["kube-apiserver", "--anonymous-auth=true"]},
                {"name": "d", "image": "i", "ports": [{"containerPort": 1, "hostPort": 1}]},
            ],
        },
    },
]


@pytest.fixture(scope="module")
def texts(render: Callable[..., Release], cases: list[Case]) -> list[str]:
    """Every object of the chart's cases, and some that the chart does not have."""
    releases = [render(case=case) for case in cases if case.refusal is None]
    others = [{"apiVersion": "v1", **manifest} for manifest in (*ALONE, *SEEN_AT_TOGETHER)]
    for manifest in others:
        manifest["metadata"] = {"namespace": "apps", **manifest["metadata"]}
    found = {object_text(obj) for release in releases for obj in release}
    return sorted(found | {json.dumps(manifest) for manifest in others})


def test_the_gate_says_what_checkovs_command_says(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    together = tuple(text for text in texts if json.loads(text)["kind"] in related_kinds())
    units = [together, *((text,) for text in texts if text not in together)]
    ours = {
        (text, failure["check"], tuple(sorted(failure["keys"])), failure["what"])
        for unit, judgements in scan(units).items()
        for text, judgement in zip(unit, judgements, strict=True)
        for failure in judgement["failures"]
    }
    assert {rule for _, rule, _, _ in ours} >= {"CKV2_K8S_5", "CKV_K8S_43", "CKV_K8S_40", "CKV_K8S_17", "CKV_K8S_153"}
    assert ours == _commands_answer(texts, tmp_path / "objects")


def _commands_answer(texts: list[str], folder: Path) -> set[tuple[str, str, tuple[str, ...], str]]:
    folder.mkdir()
    for index, text in enumerate(texts):
        (folder / f"{index}.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-m", "checkov.main", "--framework", "kubernetes", "--skip-download"]
    done = subprocess.run(
        [*command, "--directory", str(folder), "--compact", "--quiet", "--output", "json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        (
            texts[int(Path(failed["file_path"]).stem)],
            failed["check_id"],
            tuple(sorted(set(failed["check_result"]["evaluated_keys"]))),
            failed["check_name"],
        )
        for failed in json.loads(done.stdout)["results"]["failed_checks"]
        if failed["check_id"] != LACKS_POLICY
    }
