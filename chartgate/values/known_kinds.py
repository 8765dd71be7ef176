"""The kinds that files beside the chart describe: the setting `schemas` of chartgate.yaml."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading, shown
from chartgate.tools.schemas import KindKey, crd_schemas, strict

_ENDINGS = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True)
class KnownKinds:
    """The custom resource definitions, and the strict schema of each kind as JSON.

    The kind in a key of `schemas` is in lower case where only the name of a file tells it.
    """

    definitions: tuple[Mapping[str, Any], ...] = ()
    schemas: Mapping[KindKey, str] = field(default_factory=dict)


def read_known_kinds(paths: Iterable[Path], reading: Reading) -> KnownKinds:
    """The kinds that files, and the YAML and JSON files in folders, describe.

    A file has custom resource definitions, or a JSON Schema of one kind. Such a schema names its kind in
    `x-kubernetes-group-version-kind`, or its file is called GROUP/KIND_VERSION.json, as in datreeio/CRDs-catalog.

    Raises:
        GateError: a path does not exist, a file is not YAML, or a path describes no kind.
    """
    definitions: list[Mapping[str, Any]] = []
    schemas: dict[KindKey, str] = {}
    for path in paths:
        found = 0
        for file in _files(path):
            for document in _documents(file, reading):
                if document.get("kind") == "CustomResourceDefinition":
                    definitions.append(document)
                    described = _of_definition(file, document)
                else:
                    described = _of_schema(file, document)
                schemas.update(described)
                found += len(described)
        if not found:
            raise GateError(
                f"{shown(path)}: describes no kind: name files with a CustomResourceDefinition, "
                "or JSON Schemas that are called GROUP/KIND_VERSION.json"
            )
    return KnownKinds(tuple(definitions), schemas)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in _ENDINGS and file.is_file())


def _documents(file: Path, reading: Reading) -> Iterator[Mapping[str, Any]]:
    """The mappings in a file; those in a list such as `kubectl get crds -o yaml` prints are separate ones."""
    content = reading.content(file)
    if content is None:
        raise GateError(f"{shown(file)}: No such file: correct `schemas` in chartgate.yaml")
    try:
        documents = [json.loads(content)] if file.suffix == ".json" else list(read_all(content))
    except (ValueError, yaml.YAMLError) as error:
        raise GateError(f"{shown(file)}: is not {'JSON' if file.suffix == '.json' else 'YAML'}: {error}") from error
    for document in documents:
        items = document.get("items") if isinstance(document, dict) else None
        yield from (one for one in (items if isinstance(items, list) else [document]) if isinstance(one, dict))


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
