"""What checkov and a check of the gate both say of an object is told once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.findings import images, pod_security, probes, resources
from chartgate.findings.checkov import CHECK
from chartgate.findings.checkov.repetitions import REPETITIONS, Repetition, merged
from chartgate.findings.finding import Column, Finding
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: example.com/web:1@sha256:0000000000000000000000000000000000000000000000000000000000000000
          imagePullPolicy: Always
          ports: [{containerPort: 80}]
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}
          livenessProbe: {tcpSocket: {port: 80}}
          readinessProbe: {tcpSocket: {port: 80}}
"""
"""A Deployment that neither checkov nor the gate has anything against."""

IMAGE = "example.com/web:1@sha256:0000000000000000000000000000000000000000000000000000000000000000"
POD_CONTEXT = "securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}"
CONTEXT = """\
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
"""
EDITS: Mapping[Repetition, tuple[str, str]] = dict(
    zip(
        REPETITIONS,
        (
            ("livenessProbe: {tcpSocket: {port: 80}}", ""),
            ("readinessProbe: {tcpSocket: {port: 80}}", ""),
            ("requests: {cpu: 1, memory: 1Gi}", "requests: {memory: 1Gi}"),
            ("requests: {cpu: 1, memory: 1Gi}", "requests: {cpu: 1}"),
            ("limits: {cpu: 1, memory: 1Gi}", "limits: {cpu: 1}"),
            (IMAGE, "example.com/web:latest"),
            (IMAGE, "''"),
            ("readOnlyRootFilesystem: true", "privileged: true"),
            ("automountServiceAccountToken: false", "automountServiceAccountToken: false\n      hostPID: true"),
            ("automountServiceAccountToken: false", "automountServiceAccountToken: false\n      hostIPC: true"),
            ("automountServiceAccountToken: false", "automountServiceAccountToken: false\n      hostNetwork: true"),
            ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
            ("runAsNonRoot: true, runAsUser: 10001", "runAsNonRoot: false"),
            ("drop: [ALL]", "drop: [ALL], add: [CHOWN]"),
            ("containerPort: 80}", "containerPort: 80, hostPort: 80}"),
            (
                "automountServiceAccountToken: false",
                "volumes: [{name: docker, hostPath: {path: /var/run/docker.sock}}]",
            ),
            ("drop: [ALL]", "drop: [CHOWN]"),
            (POD_CONTEXT, ""),
            (POD_CONTEXT, ""),
            (CONTEXT, ""),
            ("seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}"),
            ("drop: [ALL]", "drop: [NET_RAW]"),
            ("drop: [ALL]", "drop: [ALL], add: [SYS_ADMIN]"),
        ),
        strict=True,
    )
)
"""What makes the Deployment fail each policy, and the rule that says the same."""
ROW = pytest.mark.parametrize("row", REPETITIONS, ids=lambda row: f"{row.policy}={row.check}/{row.rule}")
POD = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'a:1'}]}\n"
BARE = DEPLOYMENT.replace(CONTEXT, "").replace(POD_CONTEXT, "")
_, FIRST, CONTAINER = DEPLOYMENT.partition("        - name: web\n")
TWO_CONTAINERS = (DEPLOYMENT + FIRST.replace("web", "other") + CONTAINER).replace(*EDITS[REPETITIONS[0]])
HOST_NAMESPACES = DEPLOYMENT.replace("      containers:", "      hostPID: true\n      hostIPC: true\n      containers:")

ColumnsOf = Callable[[str], list[Column]]


def written(row: Repetition) -> str:
    """The Deployment with what breaks the policy of a row."""
    before, after = EDITS[row]
    assert before in DEPLOYMENT
    return DEPLOYMENT.replace(before, after)


@pytest.fixture(scope="module")
def columns_of(release_of: Callable[[str], Release]) -> ColumnsOf:
    """What checkov and the checks that it repeats say of objects; checkov is started once for all of them."""
    whole = (DEPLOYMENT, BARE, TWO_CONTAINERS, HOST_NAMESPACES, written(REPETITIONS[0]) + POD)
    texts = list(dict.fromkeys((*whole, *map(written, REPETITIONS))))
    renders = [Rendered(Case("written"), release_of(text)) for text in texts]
    checks = (probes.CHECK, resources.CHECK, images.CHECK, pod_security.CHECK, CHECK)
    columns = [(check.key, examine(check, renders)) for check in checks]

    def of(text: str) -> list[Column]:
        return [(key, [verdicts[texts.index(text)]]) for key, verdicts in columns]

    return of


def findings(columns: Sequence[Column]) -> list[Finding]:
    return [finding for _, verdicts in columns for verdict in verdicts for finding in verdict.findings]


def told(columns: Sequence[Column], *, ours: Callable[[str, str], bool] = lambda *_: True) -> list[Finding]:
    return findings(merged(columns, ours))


def test_neither_has_anything_against_the_deployment(columns_of: ColumnsOf) -> None:
    assert findings(columns_of(DEPLOYMENT)) == []


@ROW
def test_both_find_it_and_it_is_told_once(row: Repetition, columns_of: ColumnsOf) -> None:
    columns = columns_of(written(row))
    found = Counter((finding.check, finding.rule) for finding in findings(columns))
    assert found["checkov", row.policy] == 1
    assert found[row.check, row.rule] >= 1
    (only,) = [one for one in told(columns) if one.rule == row.policy or f"checkov/{row.policy}" in one.also]
    same = {(other.check, other.rule) for other in REPETITIONS if other.policy == row.policy}
    assert (only.check, only.rule) in same


@ROW
def test_what_the_run_does_not_tell_is_not_repeated(row: Repetition, columns_of: ColumnsOf) -> None:
    same = {(other.check, other.rule) for other in REPETITIONS if other.policy == row.policy}
    kept = told(columns_of(written(row)), ours=lambda check, rule: (check, rule) not in same)
    assert ("checkov", row.policy) in {(one.check, one.rule) for one in kept}


def test_what_is_said_of_another_object_is_no_repetition(columns_of: ColumnsOf) -> None:
    # The gate asks no probe of a bare pod, and checkov does.
    kept = [one for one in told(columns_of(written(REPETITIONS[0]) + POD)) if one.rule == "CKV_K8S_8"]
    assert [str(one.about) for one in kept] == ["Pod/p"]


def test_what_is_said_of_another_container_is_no_repetition(columns_of: ColumnsOf) -> None:
    (_, (of_gate,)), *_, of_checkov = columns_of(TWO_CONTAINERS)
    first, other = of_gate.findings
    for finding, also in ((first, [("checkov/CKV_K8S_8",)]), (other, [(), ()])):
        columns = [(probes.CHECK.key, [replace(of_gate, findings=(finding,))]), of_checkov]
        assert [one.also for one in told(columns)] == also


def test_each_part_of_a_rule_has_its_own_repetition(columns_of: ColumnsOf) -> None:
    shared = [one for one in told(columns_of(HOST_NAMESPACES)) if one.rule == "host-namespaces"]
    policies = {"hostPID": ("checkov/CKV_K8S_17",), "hostIPC": ("checkov/CKV_K8S_18",)}
    assert len(shared) == len(policies)
    for part, also in policies.items():
        assert [one.also for one in shared if part in f"{one.where} {one.what}"] == [also]


def test_no_policy_is_lost(columns_of: ColumnsOf) -> None:
    columns = columns_of(BARE)
    policies = {one.rule for one in findings(columns) if one.check == "checkov"}
    after = told(columns)
    alone = {one.rule for one in after if one.check == "checkov"}
    named = [rule.removeprefix("checkov/") for one in after for rule in one.also]
    assert len(named) == len(set(named))
    assert policies == alone | set(named)
    assert alone == {"CKV_K8S_22", "CKV_K8S_40"}


def test_the_report_has_one_line_that_names_both(
    make_chart: Callable[[dict[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart({"templates/web.yaml": written(REPETITIONS[0])})
    cli.main([str(chart), "--select", "probes", "--select", "checkov", "--helm", "4", "--kube", "1.37"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "iveness" in line]
    assert "has no livenessProbe" in line
    assert "[no-liveness, checkov/CKV_K8S_8, warning]" in line
    cli.main([str(chart), "--select", "checkov", "--helm", "4", "--kube", "1.37"])
    assert "[CKV_K8S_8, warning]" in capsys.readouterr().out
