"""The kinds that files beside the chart describe: the setting `schemas` of chartgate.yaml."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.reading import Reading, shown
from chartgate.tools.schemas import KindKey, Schema, crd_schemas, strict
from chartgate.tools.structural import has_rules, structural_schemas
from chartgate.values.manifest_files import manifest_files, manifests_in


@dataclass(frozen=True)
class KnownKinds:
    """The custom resource definitions, and of each kind the strict schema as JSON.

    `structural` has those with rules, as they were written. The kind in a key is in lower case where only the name of a
    file tells it.
    """

    definitions: tuple[Mapping[str, Any], ...] = ()
    schemas: Mapping[KindKey, str] = field(default_factory=dict)
    structural: Mapping[KindKey, Schema] = field(default_factory=dict)


def read_known_kinds(paths: Iterable[Path], reading: Reading) -> KnownKinds:
    """The kinds that files, and the YAML and JSON files in folders, describe.

    A file has custom resource definitions, or a JSON Schema of one kind. Such a schema names its kind in
    `x-kubernetes-group-version-kind`, or its file is called GROUP/KIND_VERSION.json, as in datreeio/CRDs-catalog.

    Raises:
        GateError: a path does not exist, a file is not YAML, or a path describes no kind.
    """
    definitions: list[Mapping[str, Any]] = []
    schemas: dict[KindKey, str] = {}
    structural: dict[KindKey, Schema] = {}
    for path in paths:
        found = 0
        for file in manifest_files(path):
            for document in manifests_in(file, reading, "schemas"):
                if document.get("kind") == "CustomResourceDefinition":
                    definitions.append(document)
                    described = _of_definition(file, document)
                    structural.update(structural_schemas(document))
                else:
                    described = _of_schema(file, document)
                    structural.update({kind: dict(document) for kind in described if has_rules(document)})
                schemas.update(described)
                found += len(described)
        if not found:
            raise GateError(
                f"{shown(path)}: describes no kind: name files with a CustomResourceDefinition, "
                "or JSON Schemas that are called GROUP/KIND_VERSION.json"
            )
    return KnownKinds(tuple(definitions), schemas, structural)


def _of_definition(file: Path, document: Mapping[str, Any]) -> dict[KindKey, str]:
    try:
        return {(api, kind): json.dumps(schema) for api, kind, schema in crd_schemas(dict(document))}
    except (AttributeError, KeyError, TypeError) as error:
        raise GateError(f"{shown(file)}: a CustomResourceDefinition is not complete: {error} is missing") from error


def _of_schema(file: Path, document: Mapping[str, Any]) -> dict[KindKey, str]:
    if not isinstance(document.get("properties"), dict):
        return {}
    named = document.get("x-kubernetes-group-version-kind")
    kinds = [
        ("/".join(filter(None, (one.get("group", ""), one.get("version", "")))), str(one.get("kind")))
        for one in (named if isinstance(named, list) else ())
        if isinstance(one, dict)
    ]
    kind, _, version = file.stem.rpartition("_")
    if not kinds and kind and file.suffix == ".json":
        kinds = [(f"{file.parent.name}/{version}", kind.lower())]
    schema = strict(dict(document))
    for key, kind_of_value in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
        schema["properties"].setdefault(key, {"type": kind_of_value})
    return dict.fromkeys(kinds, json.dumps(schema))
