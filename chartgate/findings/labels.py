"""Every object carries the common labels, and nothing that cannot be changed selects by a label that will."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObjectInRelease
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release

COMMON = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by")
# The labels of .Release.Service, managed-by and heritage, do not change: it is always Helm since Helm 3.
CHANGING = frozenset({"helm.sh/chart", "app.kubernetes.io/version", "chart", "version"})
# Pods come and go with the version, so what selects them freshly each time may change.
IMMUTABLE = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})
# People and programs look for these by their labels, as for whatever makes pods. A budget, an autoscaler or a role is
# found by what it is about, and a kind that others define has labels of its own.
LOOKED_FOR = frozenset(
    {"Service", "Ingress", "ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount", "NetworkPolicy"}
)
_CHART = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.]*-v?\d+\.\d+\.\d+[-A-Za-z0-9_.]*")


def judge(obj: KubeObject, release: Release) -> Iterator[Fault]:
    """Faults of the labels of an object and of its pods; what the user's values contain has the labels they want."""
    return (replace(fault, unless=lambda values: values.makes(obj)) for fault in _faults(obj, release))


def _faults(obj: KubeObject, release: Release) -> Iterator[Fault]:
    for label in COMMON if obj.kind in LOOKED_FOR or obj.pod_template is not None else ():
        if not obj.labels.get(label):
            yield Fault("missing", "metadata.labels", f"{label} is missing")
    for label, *expected in (COMMON[1], release.name, f"{release.name}-{release.namespace}"), (COMMON[2], "Helm"):
        if obj.labels.get(label, expected[0]) not in expected:
            yield Fault("instance", f"metadata.labels.{label}", f"is {obj.labels[label]}, not {expected[0]}")
    chart = obj.labels.get("helm.sh/chart")
    if chart is not None and not _CHART.fullmatch(str(chart)):
        yield Fault("chart", "metadata.labels.helm.sh/chart", f"is {chart}, not NAME-VERSION with _ in place of +")
    if obj.pod_template is not None:
        for label in COMMON[:2]:
            if not obj.pod_labels.get(label):
                yield Fault("pod-labels", f"{obj.pod_path}: labels", f"{label} is missing")
    for where, labels in _fixed(obj):
        for label in sorted(CHANGING & labels.keys()):
            yield Fault("changing-selector", where, f"holds {label}")


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


_HELPER = "take the labels of every object from one helper"

CHECK = Check(
    key="labels",
    title="Common labels",
    why="Tools find a release by these labels; a selector with a version in it makes every upgrade fail.",
    source="Helm documentation, Labels and Annotations; Kubernetes documentation, Recommended Labels",
    scopes=(EachObjectInRelease(judge, wanted=lambda obj: obj.kind != "CustomResourceDefinition"),),
    rules={
        "missing": Rule(
            "an object lacks one of the labels app.kubernetes.io/name, instance and managed-by",
            _HELPER,
            "metadata: {name: web}",
            severity="warning",
        ),
        "pod-labels": Rule(
            "a pod lacks the labels app.kubernetes.io/name and instance",
            "take the labels of pods from the helper that makes the selectors",
            "template: {metadata: {labels: {app: web}}}",
            severity="warning",
        ),
        "instance": Rule(
            "app.kubernetes.io/instance or managed-by does not say which release it is",
            "write {{ .Release.Name }} and {{ .Release.Service }}",
            "app.kubernetes.io/managed-by: me",
        ),
        "chart": Rule(
            "helm.sh/chart is not the chart's name and version",
            'write {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}',
            "helm.sh/chart: web",
            severity="warning",
        ),
        "changing-selector": Rule(
            "a selector, or the template of a claim, holds a label that changes with the version",
            "take selectors from a second helper, without version and chart",
            "selector: {matchLabels: {helm.sh/chart: web-1.0.0}}",
        ),
    },
)
