"""The check that asks checkov: what it says is told of the right renders, is kept, and hangs on no setting."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
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


GUARD = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: g}\nspec: {podSelector: {}}\n"
OTHER_GUARD = GUARD.replace("podSelector: {}", "podSelector: {matchLabels: {app: other}}")
ODD_SECRET = "---\nkind: Secret\nmetadata: {name: odd}\ndata: hush\n"
ODD_PODS = ["[odd]", "{containers: [odd]}", "{containers: {a: b}}", "odd"]
IN_DEFAULT = POD.replace("{name: p,", "{name: p, namespace: default,")


def with_odd_pod(spec: str) -> str:
    """Objects of which checkov cannot read one."""
    odd = f"---\nkind: Deployment\nmetadata: {{name: odd}}\nspec: {{template: {{spec: {spec}}}}}\n"
    return POD + odd + ROLE + BINDING


JUDGED = [
    POD + SECRET + ODD_SECRET,
    POD + GUARD,
    POD + OTHER_GUARD,
    ROLE + BINDING,
    ROLE,
    BINDING,
    POD + BUDGET,
    IN_DEFAULT,
]
"""The releases of this file's tests; see `starts`."""


@pytest.fixture(scope="module", autouse=True)
def starts(release_of: ReleaseOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What each start of checkov was given to judge.

    The first start judges all objects of this file, as a start takes longer than all tests. It meets settings of the
    user's that switch a policy off.
    """
    given: list[str] = []

    def recorded(command: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        given.append(options["text"])
        return run_to_end(command, **options)

    folder = tmp_path_factory.mktemp("user")
    (folder / ".checkov.yaml").write_text("skip-check: [CKV_K8S_21]\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(scan, "run_to_end", recorded)
        with pytest.MonkeyPatch.context() as settings:
            settings.chdir(folder)
            settings.setenv("HELM_NAMESPACE", "apps")
            settings.setenv("CKV_SKIP_CHECK", "CKV_K8S_21")
            texts = [*JUDGED, *map(with_odd_pod, ODD_PODS)]
            examine(CHECK, [Rendered(Case(text), release_of(text)) for text in texts])
        yield given


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
    guarded, bare = Rendered(Case("a"), release_of(POD + GUARD)), Rendered(Case("b"), release_of(POD + OTHER_GUARD))
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
    new = [POD.replace("name: p,", "name: new,"), SECRET.replace("name: s", "name: new")]
    first = [Rendered(Case("a"), release_of(new[0])), Rendered(Case("b"), release_of(new[0] + new[1]))]
    before = len(starts)
    cold, warm = examine(CHECK, first), examine(CHECK, first)
    assert (len(starts) - before, cold) == (1, warm)
    budget = BUDGET.replace("name: b", "name: new")
    examine(CHECK, [*first, Rendered(Case("c"), release_of(new[0] + budget))])
    assert [[json.loads(line)[0]["kind"] for line in given.splitlines()] for given in starts[before:]] == [
        ["Pod", "Secret"],
        ["PodDisruptionBudget"],
    ]


def test_secrets_are_not_given_to_checkov(starts: list[str]) -> None:
    for odd in ("s", "odd"):
        assert f'"name": "{odd}"' in starts[0]
    assert "hush" not in starts[0]


def test_no_setting_of_the_users_switches_a_policy_off(findings_of: FindingsOf) -> None:
    assert "CKV_K8S_21" in {finding.rule for finding in findings_of(CHECK, IN_DEFAULT)}


@pytest.mark.parametrize("spec", ODD_PODS)
def test_an_object_that_checkov_cannot_read_spoils_no_other(findings_of: FindingsOf, spec: str) -> None:
    found = findings_of(CHECK, with_odd_pod(spec))
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
