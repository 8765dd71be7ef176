"""Every object carries the common labels, and nothing that cannot be changed selects by a label that will."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Check, Finding, Verdict, by_release
from chartgate.findings.given import given
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered

KEY = "labels"
RULES = {
    "missing": "an object lacks one of the labels app.kubernetes.io/name, instance and managed-by",
    "pod-labels": "a pod lacks the labels app.kubernetes.io/name and instance",
    "instance": "app.kubernetes.io/instance or managed-by does not say which release it is",
    "chart": "helm.sh/chart is not the chart's name and version",
    "changing-selector": "a selector, or the template of a claim, holds a label that changes with the version",
}
COMMON = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by")
CHANGING = frozenset(
    {"helm.sh/chart", "app.kubernetes.io/version", "app.kubernetes.io/managed-by", "chart", "heritage", "version"}
)
# Pods come and go with the version, so what selects them freshly each time may change.
IMMUTABLE = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})
_CHART = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.]*-v?\d+\.\d+\.\d+[-A-Za-z0-9_.]*")


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct release: what a case's values write themselves has the labels its author wants."""
    return by_release(KEY, renders, _examine, count=lambda r: len(_own(r)), depends=lambda r: r.case.values)


def _own(rendered: Rendered) -> list[KubeObject]:
    values = given(rendered.case)
    return [obj for obj in rendered.release if obj.kind != "CustomResourceDefinition" and not values.makes(obj)]


def _examine(rendered: Rendered) -> Iterator[Finding]:
    for obj in _own(rendered):
        for label in COMMON:
            if not obj.labels.get(label):
                yield _finding("missing", obj, "metadata.labels", f"{label} is missing")
        for label, expected in (COMMON[1], rendered.release.name), (COMMON[2], "Helm"):
            if obj.labels.get(label, expected) != expected:
                yield _finding("instance", obj, f"metadata.labels.{label}", f"is {obj.labels[label]}, not {expected}")
        chart = obj.labels.get("helm.sh/chart")
        if chart is not None and not _CHART.fullmatch(str(chart)):
            what = f"is {chart}, not NAME-VERSION with _ in place of +"
            yield _finding("chart", obj, "metadata.labels.helm.sh/chart", what)
        if obj.pod_template is not None:
            for label in COMMON[:2]:
                if not obj.pod_labels.get(label):
                    yield _finding("pod-labels", obj, f"{obj.pod_path}: labels", f"{label} is missing")
        for where, labels in _fixed(obj):
            for label in sorted(CHANGING & labels.keys()):
                yield _finding("changing-selector", obj, where, f"holds {label}")


def _fixed(obj: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The labels that an object can never change, or by which it has to find pods of two versions at once."""
    selector = obj.spec.get("selector")
    if obj.kind in IMMUTABLE and isinstance(selector, Mapping):
        yield "spec.selector", selector.get("matchLabels") or {}
    elif obj.kind == "Service" and isinstance(selector, Mapping):
        yield "spec.selector", selector
    if obj.kind == "StatefulSet":
        for index, claim in enumerate(obj.spec.get("volumeClaimTemplates") or ()):
            yield (
                f"spec.volumeClaimTemplates[{index}].metadata.labels",
                (claim.get("metadata") or {}).get("labels") or {},
            )


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = Check(
    key=KEY,
    title="Common labels",
    why="Tools find a release by these labels; a selector with a version in it makes every upgrade fail.",
    remedy="take the labels from one helper, and selectors from a second one without version and chart",
    source="Helm documentation, Labels and Annotations; Kubernetes documentation, Recommended Labels",
    examine=examine,
    rules=RULES,
)
