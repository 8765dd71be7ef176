"""Volumes, claims and classes of storage. Each rule names its function in Kubernetes."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.releases.objects import EMPTY, KubeObject


def _claim(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidatePersistentVolumeClaim."""
    yield from claim_spec("spec", obj.spec)


def claim_spec(where: str, spec: Mapping[str, Any]) -> Iterator[Fault]:
    """ValidatePersistentVolumeClaimSpec, of a claim or of the template of one at the place `where`."""
    if not spec.get("accessModes"):
        yield Fault("required", f"{where}.accessModes", [], "is empty, and a claim must have one")
    if not ((spec.get("resources") or EMPTY).get("requests") or EMPTY).get("storage"):
        yield Fault("required", f"{where}.resources.requests.storage", "", "is missing, and a claim must have it")


def _volume(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidatePersistentVolumeSpec."""
    known = {
        *("capacity", "accessModes", "persistentVolumeReclaimPolicy", "storageClassName", "volumeMode"),
        *("mountOptions", "claimRef", "nodeAffinity", "volumeAttributesClassName"),
    }
    found = sorted(key for key, value in obj.spec.items() if key not in known and value is not None)
    if not found:
        yield Fault("required", "spec", found, "has no volume source such as csi or nfs, and must have one")
    if len(found) > 1:
        yield Fault("exclusive", "spec", found, f"has {' and '.join(found)}, and must have one of them")


def _storage_class(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/storage/validation: validateAllowedTopologies."""
    terms = [list(places(term, "matchLabelExpressions[]")) for _, term in places(obj.manifest, "allowedTopologies[]")]
    texts = [str([expression for _, expression in term]) for term in terms]
    for index, term in enumerate(terms):
        where = f"allowedTopologies[{index}].matchLabelExpressions"
        keys = [expression.get("key") for _, expression in term]
        if not term:
            yield Fault("required", where, [], "is empty, and must have an expression")
        if len(set(keys)) < len(keys) or texts.index(texts[index]) < index:
            yield Fault("repeated", where, keys, "appears twice, or has a key twice")
        for place, expression in term:
            values = expression.get("values") or []
            if len(set(values)) < len(values):
                yield Fault("repeated", f"allowedTopologies[{index}].{place}.values", values, "has a value twice")


RULES: Rules = {"PersistentVolumeClaim": (_claim,), "PersistentVolume": (_volume,), "StorageClass": (_storage_class,)}
