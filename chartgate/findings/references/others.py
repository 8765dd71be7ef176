"""What others create beside a release: Kubernetes, operators from their custom resources, programs in its pods."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartgate.releases.identity import is_own_kind
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.tools.walk import walk

# Kubernetes makes these, the first two in every namespace, the others in kube-system for API servers of add-ons.
ALWAYS_THERE = frozenset(
    {
        ("ServiceAccount", "default"),
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "extension-apiserver-authentication"),
        ("Role", "extension-apiserver-authentication-reader"),
    }
)
# Custom resources of these API groups describe certificates, Secrets, routes and policies: no pod comes of them.
_GROUPS_WITHOUT_PODS = frozenset(
    {
        *("bitnami.com", "cert-manager.io", "cilium.io", "external-secrets.io", "kyverno.io", "monitoring.grafana.com"),
        *("networking.istio.io", "projectcalico.org", "projectcontour.io", "secrets.hashicorp.com"),
        *("security.istio.io", "telemetry.istio.io", "traefik.containo.us", "traefik.io"),
    }
)
_WITHOUT_PODS = frozenset(
    {"AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"}
)
# What operators make for one custom resource: named by it, or after it.
_OPERATED = frozenset({"ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"})
_RESOURCES = {
    "ConfigMap": "configmaps",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}
_WORKLOADS = frozenset({"pods", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"})


@dataclass(frozen=True)
class Others:
    """What others create for one release."""

    release: Release

    def make(self, kind: str, name: str, namespace: str) -> bool:
        """Whether somebody else makes this object."""
        if (kind, name) in ALWAYS_THERE:
            return True
        if kind in _OPERATED and any(_mentions(obj, name) for obj in self._custom if obj.namespace == namespace):
            return True
        if kind == "PersistentVolumeClaim" and name in self._claims:
            return True
        resource = _RESOURCES.get(kind)
        return resource is not None and self._is_made_by_a_program(resource, name)

    @cached_property
    def make_pods(self) -> bool:
        """Whether pods of the application may come from an operator, or from a program that may create them."""
        operators = any(
            obj.kind not in _WITHOUT_PODS and obj.identity.group not in _GROUPS_WITHOUT_PODS for obj in self._custom
        )
        return operators or any(_may_create(rule, _WORKLOADS) for rule in self._rules)

    def have(self, kind: str, name: str, namespace: str) -> bool:
        """Whether a reference that names a namespace means one of somebody else, such as kube-system.

        The release then has nothing of that kind there, nor anything of that kind and name elsewhere.
        """
        own = {self.release.namespace, *(obj.namespace for obj in self.release if obj.kind == kind)}
        return namespace not in own and self.release.find(kind, name) is None

    def _is_made_by_a_program(self, resource: str, name: str) -> bool:
        """Whether a program of the release may create such objects, and is told the name.

        By its Role, where that has the name; "create" itself cannot be limited to names
        (https://kubernetes.io/docs/reference/access-authn-authz/rbac/). Or by its arguments and variables.
        """
        if not any(_may_create(rule, frozenset({resource})) for rule in self._rules):
            return False
        named = any(name in (rule.get("resourceNames") or ()) for rule in self._rules if _is_about(rule, {resource}))
        return named or bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", self._told))

    @cached_property
    def _custom(self) -> list[KubeObject]:
        """The objects of kinds that operators watch: not those of Kubernetes, nor of its Gateway API."""
        custom = (obj for obj in self.release if not is_own_kind(obj.api_version, obj.kind))
        return [obj for obj in custom if "." in obj.identity.group and not obj.identity.group.endswith(".k8s.io")]

    @cached_property
    def _rules(self) -> list[Mapping[str, Any]]:
        roles = self.release.of_kind("Role", "ClusterRole")
        return [rule for role in roles for rule in role.at("rules") or () if isinstance(rule, Mapping)]

    @cached_property
    def _told(self) -> str:
        """The commands, arguments and variables of all containers."""
        parts = [
            text
            for obj in self.release.workloads()
            for container in obj.containers
            for key in ("command", "args", "env")
            for text in _texts([_plain(entry) for entry in container.items(key)])
        ]
        return "\n".join(parts)

    @cached_property
    def _claims(self) -> frozenset[str]:
        """The claims that the controllers of StatefulSets make: of the first ten replicas."""
        return frozenset(
            f"{claim['metadata']['name']}-{obj.name}-{number}"
            for obj in self.release.of_kind("StatefulSet")
            for claim in obj.spec.get("volumeClaimTemplates") or ()
            for number in range(10)
        )


def _plain(entry: Any) -> Any:
    """An argument or a variable; not one that refers to the object, which must be there already."""
    return {} if isinstance(entry, Mapping) and "valueFrom" in entry else entry


def _may_create(rule: Mapping[str, Any], resources: frozenset[str]) -> bool:
    return bool({"create", "*"} & set(rule.get("verbs") or ())) and _is_about(rule, resources)


def _is_about(rule: Mapping[str, Any], resources: set[str] | frozenset[str]) -> bool:
    return bool({*resources, "*"} & set(rule.get("resources") or ()))


def _mentions(obj: KubeObject, name: str) -> bool:
    """Whether a custom resource has this name, a beginning of it, or names it in its specification."""
    return name == obj.name or name.startswith(f"{obj.name}-") or name in set(_texts(obj.spec))


def _texts(node: Any) -> Iterator[str]:
    return (part for _, part in walk(node) if isinstance(part, str))
