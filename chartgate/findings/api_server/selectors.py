"""Selectors of labels, of nodes and of taints. Each rule names its function in kubernetes/kubernetes."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, places, pods
from chartgate.findings.forms import is_label_value, is_qualified_name
from chartgate.releases.identity import is_own_kind
from chartgate.releases.objects import EMPTY, KubeObject

_WITH_VALUES = frozenset({"In", "NotIn"})
_WITHOUT_VALUES = frozenset({"Exists", "DoesNotExist"})
_WITH_A_NUMBER = frozenset({"Gt", "Lt"})
# Terms of nodes are selectors of another form; those of metrics are judged by the metrics API.
_UNCHECKED = frozenset({"nodeSelectorTerms", "preference", "metric"})


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each part of a selector that is not valid."""
    if is_own_kind(*obj.kind_key) and obj.kind != "CustomResourceDefinition":
        yield from _label_selectors(obj.manifest, "")
    for path, spec in pods(obj):
        for terms in (
            "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]",
            "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference",
        ):
            strict = "preferred" not in terms
            for where, requirement in places(spec, f"{terms}.matchExpressions[]", path):
                yield from _requirement(where, requirement, strict=strict)
        yield from _labels(f"{path}.nodeSelector", spec.get("nodeSelector") or {})
        for where, toleration in places(spec, "tolerations[]", path):
            yield from _toleration(where, toleration)
    if obj.kind == "RuntimeClass":
        yield from _scheduling(obj.manifest.get("scheduling") or EMPTY)


def _label_selectors(node: Any, where: str) -> Iterator[Fault]:
    """ValidateLabelSelector, for every mapping of its form."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _label_selectors(item, f"{where}[{index}]")
    if not isinstance(node, dict):
        return
    if node and node.keys() <= {"matchLabels", "matchExpressions"}:
        for place, requirement in places(node, "matchExpressions[]", where):
            if requirement.get("operator") not in _WITH_VALUES | _WITHOUT_VALUES:
                what = f'is "{requirement.get("operator")}", and must be one of In, NotIn, Exists, DoesNotExist'
                yield Fault("enum", f"{place}.operator", requirement.get("operator"), what)
            else:
                yield from _requirement(place, requirement)
        # The check `names` looks at the selector of the object itself.
        if where != "spec.selector":
            yield from _labels(f"{where}.matchLabels", node.get("matchLabels") or {})
        return
    for key, child in node.items():
        if isinstance(child, dict | list) and key not in _UNCHECKED:
            yield from _label_selectors(child, f"{where}.{key}" if where else str(key))


def _labels(where: str, labels: Mapping[str, Any]) -> Iterator[Fault]:
    """ValidateLabels."""
    for key, value in labels.items():
        if not is_qualified_name(str(key)):
            yield Fault("format", f"{where}[{key}]", key, f'"{key}" is not a valid key of a label')
        if not is_label_value(str(value)):
            yield Fault("format", f"{where}[{key}]", value, f'"{value}" is not a valid value of a label')


def _requirement(where: str, requirement: Mapping[str, Any], *, strict: bool = True) -> Iterator[Fault]:
    """ValidateLabelSelectorRequirement, ValidateNodeSelectorRequirement; `strict`: the values are checked as well."""
    key, operator, values = requirement.get("key"), requirement.get("operator"), requirement.get("values") or []
    if not is_qualified_name(str(key or "")):
        yield Fault("format", f"{where}.key", key, f'"{key or ""}" is not a valid key of a label')
    if operator in _WITH_VALUES and not values:
        yield Fault("required", f"{where}.values", values, f"is empty, and {operator} needs a value")
    if operator in _WITHOUT_VALUES and values:
        yield Fault("exclusive", f"{where}.values", values, f"has values, and {operator} takes none")
    if operator in _WITH_A_NUMBER and len(values) != 1:
        yield Fault("required", f"{where}.values", values, f"has {len(values)} values, and {operator} needs one")
    for index, value in enumerate(values if strict else ()):
        if not is_label_value(str(value)):
            yield Fault("format", f"{where}.values[{index}]", value, f'"{value}" is not a valid value of a label')
        elif operator in _WITH_A_NUMBER and not str(value).lstrip("-").isdecimal():
            yield Fault("format", f"{where}.values[{index}]", value, f'is "{value}", and {operator} needs a number')


def _scheduling(scheduling: Mapping[str, Any]) -> Iterator[Fault]:
    """pkg/apis/node/validation: validateScheduling."""
    yield from _labels("scheduling.nodeSelector", scheduling.get("nodeSelector") or {})
    tolerations = list(places(scheduling, "tolerations[]", "scheduling"))
    for index, (where, toleration) in enumerate(tolerations):
        yield from _toleration(where, toleration)
        if toleration in [other for _, other in tolerations[:index]]:
            yield Fault("repeated", where, toleration, "appears twice")


def _toleration(where: str, toleration: Mapping[str, Any]) -> Iterator[Fault]:
    """ValidateTolerations."""
    operator, value = toleration.get("operator") or "Equal", toleration.get("value")
    if toleration.get("key") and not is_qualified_name(str(toleration["key"])):
        yield Fault("format", f"{where}.key", toleration["key"], f'"{toleration["key"]}" is not a valid key of a taint')
    if not toleration.get("key") and operator != "Exists":
        what = f"is {operator}, and must be Exists where the key is empty, which means all keys"
        yield Fault("enum", f"{where}.operator", operator, what)
    if operator == "Exists" and value:
        yield Fault("exclusive", f"{where}.value", value, "is set, and the operator Exists takes no value")
    if operator == "Equal" and value and not is_label_value(str(value)):
        yield Fault("format", f"{where}.value", value, f'"{value}" is not a valid value of a label')
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        what = "must be NoExecute where tolerationSeconds is set"
        yield Fault("exclusive", f"{where}.effect", toleration.get("effect"), what)
