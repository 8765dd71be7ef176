"""Whether a policy or a binding applies to an object: its `matchConstraints` or `matchResources`.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/matching, and pkg/admission/plugin/webhook/predicates.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chartgate.findings.policies.request import Request
from chartgate.releases.selectors import selects

Spec = Mapping[str, Any]
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_EXEMPT = frozenset(
    f"{kind}{ending}" for kind in ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy") for ending in ("", "Binding")
)
"""Kinds to which the API server applies no policy, so that a policy cannot block its own removal."""


class UnknownNamespaceError(LookupError):
    """A selector needs labels of a namespace that are not known."""


class Namespaces:
    """The known Namespaces: those in the files of policies, and those that the chart makes."""

    def __init__(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        self._known = {str((one.get("metadata") or {}).get("name")): dict(one) for one in manifests}

    def labels(self, name: str) -> tuple[Mapping[str, Any], bool]:
        """The labels of a namespace, and whether they are all of its labels."""
        metadata = self._known.get(name, {}).get("metadata") or {}
        return {**(metadata.get("labels") or {}), NAMESPACE_LABEL: name}, name in self._known

    def manifest(self, name: str) -> dict[str, Any] | None:
        """The manifest of a namespace; None if it is not known."""
        known = self._known.get(name)
        if known is None:
            return None
        return {**known, "metadata": {**(known.get("metadata") or {}), "labels": dict(self.labels(name)[0])}}


def matches(constraints: Spec, request: Request, namespaces: Namespaces) -> bool:
    """Whether the constraints match a request.

    Raises:
        UnknownNamespaceError: the result depends on labels of a namespace that is not known.
    """
    if request.group == "admissionregistration.k8s.io" and request.obj.kind in _EXEMPT:
        return False
    if any(_rule_matches(rule, request, constraints) for rule in constraints.get("excludeResourceRules") or ()):
        return False
    rules = constraints.get("resourceRules")
    if rules is not None and not any(_rule_matches(rule, request, constraints) for rule in rules):
        return False
    if not selects(constraints.get("objectSelector") or {}, request.obj.labels):
        return False
    return _namespace_matches(constraints.get("namespaceSelector") or {}, request, namespaces)


def _rule_matches(rule: Spec, request: Request, constraints: Spec) -> bool:
    exact = constraints.get("matchPolicy") == "Exact"
    names = rule.get("resourceNames")
    return (
        _one_of(rule.get("operations"), "CREATE")
        and _one_of(rule.get("apiGroups"), request.group)
        # By default a policy for one version of a group is asked about all, because the server converts objects.
        and (not exact or _one_of(rule.get("apiVersions"), request.version))
        and any(_is_resource(str(one), request.resource) for one in rule.get("resources") or ())
        and rule.get("scope", "*") in {"*", "Namespaced" if request.obj.namespace else "Cluster"}
        and (not names or request.name in names)
    )


def _one_of(wanted: Any, value: str) -> bool:
    return bool({"*", value} & set(wanted or ()))


def _is_resource(wanted: str, resource: str) -> bool:
    name, _, subresource = wanted.partition("/")
    return name in {"*", resource} and subresource in {"", "*"}


def _namespace_matches(selector: Spec, request: Request, namespaces: Namespaces) -> bool:
    """Whether the selector matches the namespace of an object. It matches every object without a namespace."""
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        return True
    if request.obj.kind == "Namespace":
        return selects(selector, {**request.obj.labels, NAMESPACE_LABEL: request.name})
    if not request.obj.namespace:
        return True
    labels, complete = namespaces.labels(request.obj.namespace)
    keys = {*(selector.get("matchLabels") or {}), *(one["key"] for one in selector.get("matchExpressions") or ())}
    if not complete and keys - {NAMESPACE_LABEL}:
        raise UnknownNamespaceError(request.obj.namespace)
    return selects(selector, labels)
