"""What extends an API server: webhooks, APIServices and custom kinds. Each rule names its function in Kubernetes."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places, repeated
from chartgate.releases.objects import EMPTY, KubeObject

_TYPES = ("array", "boolean", "integer", "number", "object", "string")


def _webhooks(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/admissionregistration/validation: validateWebhook, validateRule."""
    for where, webhook in places(obj.manifest, "webhooks[]"):
        client = webhook.get("clientConfig") or EMPTY
        if (client.get("url") is None) == (client.get("service") is None):
            yield Fault("exclusive", f"{where}.clientConfig", client, "must have exactly one of url and service")
        versions = webhook.get("admissionReviewVersions") or []
        if not {"v1", "v1beta1"} & set(versions):
            what = "has neither v1 nor v1beta1, and must have one of them"
            yield Fault("required", f"{where}.admissionReviewVersions", versions, what)
        if len(set(versions)) < len(versions):
            yield Fault("repeated", f"{where}.admissionReviewVersions", versions, "has a version twice")
        for field in ("operations", "apiVersions", "apiGroups"):
            for place, values in places(webhook, f"rules[].{field}", where):
                if "*" in values and len(values) > 1:
                    yield Fault("exclusive", place, values, "has * and others, and * must be the only one")


def _api_service(obj: KubeObject) -> Iterator[Fault]:
    """kube-aggregator, pkg/apis/apiregistration/validation: ValidateAPIService."""
    expected = f"{obj.spec.get('version', '')}.{obj.spec.get('group', '')}"
    if obj.name != expected:
        yield Fault("format", "metadata.name", obj.name, f'is "{obj.name}", and must be {expected}')


def _versions(obj: KubeObject) -> Iterator[Fault]:
    """apiextensions-apiserver/pkg/apis/apiextensions/validation: ValidateCustomResourceDefinition."""
    spec = obj.spec
    expected = f"{(spec.get('names') or EMPTY).get('plural')}.{spec.get('group')}"
    if obj.name != expected:
        yield Fault("format", "metadata.name", obj.name, f'is "{obj.name}", and must be {expected}')
    versions = [version for _, version in places(spec, "versions[]")]
    stored = [version for version in versions if version.get("storage")]
    if versions and len(stored) != 1:
        what = f"{len(stored)} versions have storage: true, and exactly one must have it"
        yield Fault("exclusive", "spec.versions", versions, what)
    yield from repeated(spec, "versions[].name", "spec")


def _schemas(obj: KubeObject) -> Iterator[Fault]:
    """apiextensions-apiserver, pkg/apis/apiextensions/validation; its package structural-schema: validateStructural."""
    strategy = (obj.spec.get("conversion") or EMPTY).get("strategy")
    if obj.spec.get("conversion") is not None and strategy not in ("None", "Webhook"):
        yield Fault("enum", "spec.conversion.strategy", strategy, f'is "{strategy}", and must be None or Webhook')
    if not obj.spec.get("versions"):
        yield Fault("required", "spec.versions", [], "is empty, and must have a version")
    for where, schema in places(obj.spec, "versions[].schema.openAPIV3Schema", "spec"):
        yield from _structural(schema, where, root=True)


def _structural(schema: Any, where: str, *, root: bool = False) -> Iterator[Fault]:
    if not isinstance(schema, Mapping):
        return
    kind = schema.get("type")
    if not kind:
        free = schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields")
        if root or not free:
            yield Fault("required", f"{where}.type", kind, "is missing, and a structural schema must have it")
    elif kind not in _TYPES:
        yield Fault("enum", f"{where}.type", kind, f'is "{kind}", and must be one of {", ".join(_TYPES)}')
    elif root and kind != "object":
        yield Fault("enum", f"{where}.type", kind, f'is "{kind}", and must be object at the root')
    for name, child in (schema.get("properties") or EMPTY).items():
        yield from _structural(child, f"{where}.properties[{name}]")
    for key in ("items", "additionalProperties"):
        yield from _structural(schema.get(key), f"{where}.{key}")


RULES: Rules = {
    "MutatingWebhookConfiguration": (_webhooks,),
    "ValidatingWebhookConfiguration": (_webhooks,),
    "APIService": (_api_service,),
    "CustomResourceDefinition": (_versions, _schemas),
}
