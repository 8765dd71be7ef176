"""What a reference may resolve to: the objects of the release, and those the case says exist already."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartgate.findings.check import Fault
from chartgate.findings.references.others import Others
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.selectors import selects


@dataclass(frozen=True)
class Surroundings:
    """A release, and what somebody else creates beside it."""

    release: Release

    @cached_property
    def pods(self) -> list[KubeObject]:
        """The objects that make pods which run on: hooks and jobs are no one's backend."""
        return [obj for obj in self.release.workloads() if obj.kind not in {"Job", "CronJob"} and not obj.hooks]

    @cached_property
    def others(self) -> Others:
        """What others create beside the release."""
        return Others(self.release)

    def missing(self, obj: KubeObject, where: str, kind: str, name: str, namespace: str | None = None) -> list[Fault]:
        """A fault if no `kind` called `name` is in the namespace (that of `obj` by default) nor named by the values."""
        if namespace and self.others.have(kind, name, namespace):
            return []
        namespace = namespace or obj.namespace
        if self.release.find(kind, name, namespace) or self.others.make(kind, name, namespace):
            return []
        target = About(kind, name)
        what = f"refers to {target}, which the chart does not make in namespace {namespace}"
        return [Fault("missing", where, what, target=target, unless=lambda values: name in values.named_objects)]

    def selected_pods(self, selector: Mapping[str, Any], namespace: str) -> list[KubeObject]:
        """The running pods in `namespace` whose labels `selector`, of either form, matches."""
        return [pod for pod in self.pods if pod.namespace == namespace and selects(selector, pod.pod_labels)]
