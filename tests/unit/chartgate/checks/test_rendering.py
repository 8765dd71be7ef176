"""The first column: a refusal is a finding, but not one about a Kubernetes that the Helm was never told."""

import pytest

from chartgate.findings.rendering import CHECK
from chartgate.findings.runner import examine
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import Engine
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.case import Case

UNFIT = "Error: chart requires kubeVersion: >= 1.22.0-0 which is incompatible with Kubernetes v1.16.0"
NOTHING = Release("x", "apps", "4.3.1", "1.25", ())
OBJECT = kube_object({"kind": "ConfigMap", "metadata": {"name": "x"}}, "x.yaml", "apps")


def rules_of(rendered: Rendered) -> list[str]:
    (verdict,) = examine(CHECK, [rendered])
    return [finding.rule for finding in verdict.findings]


def refused(helm: Engine, words: str) -> Rendered:
    return Rendered(Case("x"), NOTHING, refusal=words, helm=helm)


def test_a_refusal_is_a_finding(oldest_helm: Helm) -> None:
    assert rules_of(refused(oldest_helm, "Error: no")) == ["refused"]
    assert rules_of(refused(find_helm("4"), UNFIT)) == ["refused"]
    assert rules_of(refused(EMBEDDED, UNFIT)) == ["refused"]


def test_a_helm_that_cannot_be_told_the_kubernetes_does_not_judge_by_it(oldest_helm: Helm) -> None:
    assert rules_of(refused(oldest_helm, UNFIT)) == []


def test_a_render_has_objects_and_no_warning() -> None:
    assert rules_of(Rendered(Case("x"), Release("x", "apps", "4", "1.25", (OBJECT,)))) == []
    assert rules_of(Rendered(Case("x"), Release("x", "apps", "4", "1.25", (OBJECT,), ("coalesce.go: no",)))) == [
        "warning"
    ]
    assert rules_of(Rendered(Case("x"), NOTHING)) == ["empty"]


@pytest.mark.parametrize(
    ("words", "library", "found"),
    [
        ("values: a is required", "a is required", 0),
        ("", "a is required", 1),
        ("no memory", "a is required", 1),
        ("a is required", NOTHING, 1),
        ("a is required", "no memory", 1),
        ("", NOTHING, 2),
    ],
)
def test_every_helm_refuses_what_has_to_be_refused_with_the_same_words(
    words: str, library: Release | str, found: int
) -> None:
    case = Case("x", refusal="a is required")
    assert rules_of(Rendered(case, NOTHING, {"library": library}, words)) == ["not-refused"] * found
