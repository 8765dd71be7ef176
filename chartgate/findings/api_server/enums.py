"""Fields that take a few words only: those that `generate.py` finds in the Go module k8s.io/api, and a few by hand."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from chartgate.findings.api_server.fault import Fault, places
from chartgate.releases.objects import KubeObject

_WEBHOOKS: Mapping[str, tuple[str, ...]] = {"webhooks[].sideEffects": ("None", "NoneOnDryRun")}
# What the types of the module do not say, or say of another version.
BY_HAND: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # pkg/apis/rbac/validation: ValidateRoleBinding, ValidateClusterRoleBinding, ValidateRoleBindingSubject.
    "RoleBinding": {"subjects[].kind": ("User", "Group", "ServiceAccount"), "roleRef.kind": ("Role", "ClusterRole")},
    "ClusterRoleBinding": {"subjects[].kind": ("User", "Group", "ServiceAccount"), "roleRef.kind": ("ClusterRole",)},
    # apiextensions-apiserver, pkg/apis/apiextensions/validation: ValidateCustomResourceDefinitionSpec.
    "CustomResourceDefinition": {
        "spec.scope": ("Cluster", "Namespaced"),
        "spec.versions[].additionalPrinterColumns[].type": ("boolean", "date", "integer", "number", "string"),
    },
    # pkg/apis/networking/validation: validateIngressClassParametersReference.
    "IngressClass": {"spec.parameters.scope": ("Cluster", "Namespace")},
    # pkg/apis/batch/validation: validatePodFailurePolicyRuleOnPodConditions.
    "Job": {"spec.podFailurePolicy.rules[].onPodConditions[].status": ("", "True", "False", "Unknown")},
    # pkg/apis/core/validation: ValidatePersistentVolumeReclaimPolicy, of the class in pkg/apis/storage/validation.
    "StorageClass": {"reclaimPolicy": ("", "Retain", "Delete")},
    # The constants of discovery/v1.AddressType are expressions.
    "EndpointSlice": {"addressType": ("IPv4", "IPv6", "FQDN")},
    # pkg/apis/admissionregistration/validation: validateWebhook in version v1.
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
}


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each field of the object whose word Kubernetes does not know."""
    kinds, _types = _table()
    api_version, kind = obj.kind_key
    group = api_version.rpartition("/")[0]
    found = {}
    for where, value, words in _fields(obj.manifest, kinds.get((api_version, kind)) or kinds.get((group, kind)), ""):
        found[where] = (value, words)
    for path, words in BY_HAND.get(obj.kind, {}).items():
        found.update({where: (value, words) for where, value in places(obj.manifest, path)})
    for where, (value, words) in found.items():
        if value not in words:
            yield Fault("enum", where, value, f'is "{value}", and must be one of {", ".join(filter(None, words))}')


def _fields(node: Any, name: str | None, where: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """The place, the value and the words of each field below a value whose type is called `name`."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _fields(item, name, f"{where}[{index}]")
        return
    fields = _table()[1].get(name or "")
    if fields is None or not isinstance(node, Mapping):
        return
    for key, kind in fields.items():
        value = node.get(key)
        if value is None:
            continue
        place = f"{where}.{key}" if where else key
        if isinstance(kind, str):
            yield from _fields(value, kind, place)
        elif isinstance(value, list):
            yield from ((f"{place}[{index}]", item, kind) for index, item in enumerate(value))
        else:
            yield place, value, kind


_Kinds = Mapping[tuple[str, str], str]
_Types = Mapping[str, Mapping[str, str | tuple[str, ...]]]


@cache
def _table() -> tuple[_Kinds, _Types]:
    """The types of the kinds, by apiVersion and by group, and the fields of the types.

    The type of a group is that of the newest version: an older one has the same words where it has the same fields.
    """
    data = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
    kinds: dict[tuple[str, str], str] = {}
    for spelled, name in data["kinds"].items():
        api_version, _, kind = spelled.rpartition(" ")
        kinds[api_version, kind] = name
        stable = "alpha" not in api_version and "beta" not in api_version
        if stable or (api_version.rpartition("/")[0], kind) not in kinds:
            kinds[api_version.rpartition("/")[0], kind] = name
    types = {
        name: {key: tuple(kind) if isinstance(kind, list) else kind for key, kind in fields.items()}
        for name, fields in data["types"].items()
    }
    return kinds, types
