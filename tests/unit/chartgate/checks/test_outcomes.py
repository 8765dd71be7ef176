"""The first column: a refusal is a finding, but not one about a Kubernetes that the Helm was never told."""

from chartgate.findings.outcomes import judge
from chartgate.releases.jobs import Job, Outcome
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import Engine
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.case import Case

UNFIT = "Error: chart requires kubeVersion: >= 1.22.0-0 which is incompatible with Kubernetes v1.16.0"


def rules_of(helm: Engine, refusal: str) -> list[str]:
    return [finding.rule for finding in judge(Outcome(Job(Case("x"), helm, "1.25"), None, refusal)).findings]


def test_a_refusal_is_a_finding(oldest_helm: Helm) -> None:
    assert rules_of(oldest_helm, "Error: no") == ["refused"]
    assert rules_of(find_helm("4"), UNFIT) == ["refused"]
    assert rules_of(EMBEDDED, UNFIT) == ["refused"]


def test_a_helm_that_cannot_be_told_the_kubernetes_does_not_judge_by_it(oldest_helm: Helm) -> None:
    assert rules_of(oldest_helm, UNFIT) == []
