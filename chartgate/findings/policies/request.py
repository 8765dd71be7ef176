"""The request that creates an object, as policies read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from chartgate.findings.policies.defaults import with_defaults
from chartgate.releases.objects import KubeObject, kube_object
from chartgate.tools.quantities import canonical
from chartgate.tools.schemas import KindKey, Schema, api_schemas, known_versions
from chartgate.tools.served_kinds import served_kinds

_QUANTITY = "#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity"
USER: Mapping[str, Any] = {"username": "chartgate", "uid": "", "groups": ["system:authenticated"], "extra": {}}
"""The user of the request. Nobody knows who will install the chart."""


@dataclass(frozen=True, eq=False)
class Request:
    """The creation of an object. For the pod of a workload, `where` is the path of its template, else empty."""

    obj: KubeObject
    resource: str
    where: str = ""

    @property
    def group(self) -> str:
        """The API group of the object."""
        return self.obj.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version of the API group."""
        return self.obj.api_version.rpartition("/")[2]

    @property
    def name(self) -> str:
        """The name of the object; empty if the server generates it."""
        return str(self.obj.metadata.get("name") or "")

    @cached_property
    def data(self) -> dict[str, Any]:
        """The object as the server decodes it: with defaults, and without null members."""
        schema = _schema(self.obj.kind_key)
        decoded: dict[str, Any] = _decoded(self.obj.manifest, schema, schema.get("definitions", {}))
        if self.obj.namespace and isinstance(decoded.get("metadata"), dict):
            decoded["metadata"].setdefault("namespace", self.obj.namespace)
        return with_defaults(self.obj, decoded)

    @property
    def attributes(self) -> dict[str, Any]:
        """The variable `request`."""
        kind = {"group": self.group, "version": self.version, "kind": self.obj.kind_key[1]}
        resource = {"group": self.group, "version": self.version, "resource": self.resource}
        return {
            "kind": kind,
            "resource": resource,
            "subResource": "",
            "requestKind": kind,
            "requestResource": resource,
            "requestSubResource": "",
            "name": self.name,
            "namespace": self.obj.namespace,
            "operation": "CREATE",
            "userInfo": dict(USER),
            "dryRun": False,
            "options": {},
        }


def requests_of(obj: KubeObject, plurals: Mapping[KindKey, str]) -> Iterator[Request]:
    """The creation of an object and, for a workload, the creation of its pod.

    Args:
        plurals: the resource (plural name) of each custom kind.
    """
    yield Request(obj, plurals.get(obj.kind_key) or plural(obj.kind_key[1]))
    if obj.pod_template is not None and obj.kind not in {"Pod", "PodTemplate"}:
        metadata = {**(obj.pod_template.get("metadata") or {}), "generateName": f"{obj.name}-"}
        manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": obj.pod_template.get("spec")}
        pod = kube_object(manifest, obj.template, obj.namespace)
        yield Request(pod, "pods", obj.pod_path.removesuffix(".spec"))


def plural(kind: str) -> str:
    """The resource of a kind (meta.UnsafeGuessKindToResource).

    >>> [plural(kind) for kind in ("Pod", "Ingress", "NetworkPolicy", "Endpoints")]
    ['pods', 'ingresses', 'networkpolicies', 'endpoints']
    """
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


@cache
def _schema(kind: KindKey) -> Schema:
    """The schema of a kind in the newest Kubernetes version that serves it; empty if none does."""
    version = next((one for one in reversed(known_versions()) if kind in served_kinds(one)), None)
    return (api_schemas(version).schema(*kind) if version else None) or {}


def _decoded(value: Any, schema: Any, definitions: Schema) -> Any:
    """A copy with quantities in the form in which the server writes them, and without null members."""
    schema = schema if isinstance(schema, dict) else {}
    reference = schema.get("$ref")
    if reference == _QUANTITY:
        return canonical(value)
    if reference:
        schema = definitions.get(reference.removeprefix("#/definitions/"), {})
    if isinstance(value, dict):
        parts, others = schema.get("properties", {}), schema.get("additionalProperties")
        members = {key: child for key, child in value.items() if child is not None}
        return {key: _decoded(child, parts.get(key, others), definitions) for key, child in members.items()}
    return [_decoded(child, schema.get("items"), definitions) for child in value] if isinstance(value, list) else value
