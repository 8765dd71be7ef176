"""The check that asks checkov: what it says is told of the right renders, is kept, and hangs on no setting."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from chartgate.errors import GateError
from chartgate.findings.checkov import CHECK, relations, scan
from chartgate.findings.checkov.check import NOTES
from chartgate.findings.finding import Finding
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.child_process import run_to_end
from chartgate.values.case import Case

FindingsOf = Callable[..., list[Finding]]
ReleaseOf = Callable[[str], Release]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\nspec: {containers: [{name: c, image: 'i:1'}]}\n"
SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hush}\n"
BUDGET = "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1}\n"
ROLE = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get, list]}]
"""
BINDING = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
subjects: [{kind: ServiceAccount, name: app, namespace: apps}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
"""


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each start of checkov was given to judge."""
    given: list[str] = []

    def recorded(command: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        given.append(options["text"])
        return run_to_end(command, **options)

    monkeypatch.setattr(scan, "run_to_end", recorded)
    return given


def test_what_checkov_says_is_told_of_the_object(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, POD + SECRET)
    assert {str(finding.about) for finding in found} == {"Pod/p"}
    assert {"CKV_K8S_20", "CKV_K8S_22"} <= {finding.rule for finding in found}
    # A chart that brings no NetworkPolicy at all is not asked for one.
    assert "CKV2_K8S_6" not in {finding.rule for finding in found}
    assert {finding.where for finding in found if finding.rule == "CKV_K8S_8"} == {"spec/containers/[0]/livenessProbe"}


def test_policies_that_few_charts_keep_are_only_noted(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, POD)
    noted = [finding for finding in findings_of(CHECK, POD, notes=True) if finding not in found]
    assert {finding.rule for finding in noted} == {*NOTES}
    assert {finding.where for finding in noted if finding.rule == "CKV_K8S_43"} == {"spec/containers/[0]/image"}


def test_an_object_without_a_policy_counts_as_not_examined(release_of: ReleaseOf) -> None:
    (verdict,) = examine(CHECK, [Rendered(Case("a"), release_of(POD + BUDGET))])
    assert (len(verdict.rendered.release), verdict.examined) == (2, 1)


def test_network_policies_are_judged_release_by_release(release_of: ReleaseOf) -> None:
    guard = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: g}\nspec: {podSelector: {}}\n"
    other = guard.replace("podSelector: {}", "podSelector: {matchLabels: {app: other}}")
    guarded, bare = Rendered(Case("a"), release_of(POD + guard)), Rendered(Case("b"), release_of(POD + other))
    lacking = [
        [str(finding.about) for finding in verdict.findings if finding.rule == "CKV2_K8S_6"]
        for verdict in examine(CHECK, [guarded, bare])
    ]
    assert lacking == [[], ["Pod/p"]]


def test_roles_are_judged_with_the_bindings_of_their_release(release_of: ReleaseOf) -> None:
    renders = [Rendered(Case(text), release_of(text)) for text in (ROLE + BINDING, ROLE, BINDING)]
    found = [
        {str(finding.about) for finding in verdict.findings if finding.rule == "CKV2_K8S_5"}
        for verdict in examine(CHECK, renders)
    ]
    assert found == [{"RoleBinding/readers"}, set(), set()]


def test_the_related_kinds_are_those_of_roles() -> None:
    assert relations.related_kinds() == {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}


def test_checkov_starts_once_and_for_what_it_does_not_know(release_of: ReleaseOf, starts: list[str]) -> None:
    first = [Rendered(Case("a"), release_of(POD)), Rendered(Case("b"), release_of(POD + SECRET))]
    cold, warm = examine(CHECK, first), examine(CHECK, first)
    assert (len(starts), cold) == (1, warm)
    examine(CHECK, [*first, Rendered(Case("c"), release_of(POD + BUDGET))])
    assert [[json.loads(line)[0]["kind"] for line in given.splitlines()] for given in starts] == [
        ["Pod", "Secret"],
        ["PodDisruptionBudget"],
    ]


def test_secrets_are_not_given_to_checkov(findings_of: FindingsOf, starts: list[str]) -> None:
    findings_of(CHECK, SECRET + "---\nkind: Secret\nmetadata: {name: odd}\ndata: hush\n")
    assert "Secret" in starts[0]
    assert "hush" not in starts[0]


def test_no_setting_of_the_users_switches_a_policy_off(
    findings_of: FindingsOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = POD.replace("{name: p,", "{name: p, namespace: default,")
    (tmp_path / ".checkov.yaml").write_text("skip-check: [CKV_K8S_21]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELM_NAMESPACE", "apps")
    monkeypatch.setenv("CKV_SKIP_CHECK", "CKV_K8S_21")
    assert "CKV_K8S_21" in {finding.rule for finding in findings_of(CHECK, pod)}


@pytest.mark.parametrize("spec", ["[odd]", "{containers: [odd]}", "{containers: {a: b}}", "odd"])
def test_an_object_that_checkov_cannot_read_spoils_no_other(findings_of: FindingsOf, spec: str) -> None:
    odd = f"---\nkind: Deployment\nmetadata: {{name: odd}}\nspec: {{template: {{spec: {spec}}}}}\n"
    found = findings_of(CHECK, POD + odd + ROLE + BINDING)
    assert {"Pod/p", "RoleBinding/readers"} <= {str(finding.about) for finding in found if finding.rule != "malformed"}
    assert "Deployment/odd" in {str(finding.about) for finding in found}


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("raise SystemExit('it broke')", r"exit code 1\) and judged 0 of 1: it broke"),
        ("pass", r"exit code 0\) and judged 0 of 1: it says nothing"),
        ("print('[]')", "judged 0 of 1 objects"),
        ("import time; time.sleep(60)", "did not finish in 1 s: look at the machine's load"),
    ],
)
def test_a_checkov_that_fails_is_an_error(
    program: str, complaint: str, findings_of: FindingsOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "worker.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr(scan, "_WORKER", tmp_path / "worker.py")
    monkeypatch.setattr(scan, "CHECKOV_SECONDS", 1 if "sleep" in program else 60)
    with pytest.raises(GateError, match=complaint):
        findings_of(CHECK, POD)


def test_a_checkov_without_policies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "_FOLDER", Path("moved"))
    relations.own_kinds.cache_clear()
    with pytest.raises(GateError, match="checkov has no policies in moved"):
        relations.related_kinds()


def test_a_checkov_that_registers_no_policies_is_an_error(
    findings_of: FindingsOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "from chartgate.findings.checkov import worker as w; w.registry.checks.clear(); w.sys.exit(w.main([]))"
    (tmp_path / "worker.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr(scan, "_WORKER", tmp_path / "worker.py")
    with pytest.raises(GateError, match="its Kubernetes framework has no policies"):
        findings_of(CHECK, POD)
