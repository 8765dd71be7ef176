"""What a reference may resolve to: the objects of the release, and those the case says exist already."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartgate.findings.check import Fault
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.selectors import selects

# Kubernetes makes these, the first two in every namespace, the others in kube-system for API servers of add-ons.
ALWAYS_THERE = frozenset(
    {
        ("ServiceAccount", "default"),
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "extension-apiserver-authentication"),
        ("Role", "extension-apiserver-authentication-reader"),
    }
)
# Objects for which an operator makes a Secret, and where they say what it is called (API references of cert-manager,
# External Secrets, Sealed Secrets). It is called like the object where nothing is said.
SECRET_MAKERS = {
    "Certificate": "spec.secretName",
    "ExternalSecret": "spec.target.name",
    "SealedSecret": "spec.template.metadata.name",
}


@dataclass(frozen=True)
class Surroundings:
    """A release, and what somebody else creates beside it."""

    release: Release

    @cached_property
    def pods(self) -> list[KubeObject]:
        """The objects that make pods which run on: hooks and jobs are no one's backend."""
        return [obj for obj in self.release.workloads() if obj.kind not in {"Job", "CronJob"} and not obj.hooks]

    @cached_property
    def made_secrets(self) -> set[tuple[str, str]]:
        """(name, namespace) of the Secrets that others create: operators, or a program of the release, by its Role.

        A Role that may create Secrets, and names Secrets, belongs to a program that creates those. "create" itself
        cannot be limited to names (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
        """
        makers = self.release.of_kind(*SECRET_MAKERS)
        made = {(str(obj.at(SECRET_MAKERS[obj.kind]) or obj.name), obj.namespace) for obj in makers}
        for role in self.release.of_kind("Role"):
            rules = [rule for rule in role.at("rules") or () if "secrets" in (rule.get("resources") or ())]
            if any("create" in (rule.get("verbs") or ()) for rule in rules):
                made |= {(str(name), role.namespace) for rule in rules for name in rule.get("resourceNames") or ()}
        return made

    def missing(self, obj: KubeObject, where: str, kind: str, name: str, namespace: str | None = None) -> list[Fault]:
        """A fault if no `kind` called `name` is in the namespace (that of `obj` by default) nor named by the values."""
        namespace = namespace or obj.namespace
        if self.release.find(kind, name, namespace) or (kind, name) in ALWAYS_THERE:
            return []
        if kind == "Secret" and (name, namespace) in self.made_secrets:
            return []
        what = f"refers to {kind}/{name}, which the chart does not make in namespace {namespace}"
        named = f"{kind}/{name}"
        return [Fault("missing", where, what, target=named, unless=lambda values: name in values.named_objects)]

    def selected_pods(self, selector: Mapping[str, Any], namespace: str) -> list[KubeObject]:
        """The running pods in `namespace` whose labels `selector`, of either form, matches."""
        return [pod for pod in self.pods if pod.namespace == namespace and selects(selector, pod.pod_labels)]
