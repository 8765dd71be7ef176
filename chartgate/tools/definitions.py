"""The catalogue's custom resource definitions, as their projects publish them and as an API server takes them."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.archives import members
from chartgate.tools.cache import cache_folder, made_once, write_whole
from chartgate.tools.catalogue import CustomResources, custom_resources_of
from chartgate.tools.download import fetch_module
from chartgate.tools.kubernetes_yaml import read_all

Definition = dict[str, Any]


def custom_definitions(groups: Collection[str]) -> tuple[Definition, ...]:
    """The definitions that the catalogue has of the kinds of some API groups, downloaded on first use.

    Raises:
        GateError: one cannot be downloaded.
    """
    entries = dict.fromkeys(entry for group in sorted(groups) for entry in custom_resources_of(group))
    found = (definition for entry in entries for definition in definitions_in(entry))
    return tuple(definition for definition in found if definition["spec"]["group"] in groups)


@cache
def kinds_without_namespace(group: str) -> frozenset[tuple[str, str]]:
    """(API group, kind) of each kind that the catalogue has of a group and whose objects live in no namespace.

    Without a network, and before the first download, none is known.
    """
    try:
        return frozenset(filter(None, map(kind_without_namespace, custom_definitions({group}))))
    except GateError:
        return frozenset()


def kind_without_namespace(definition: Mapping[str, Any]) -> tuple[str, str] | None:
    """(API group, kind) of a custom resource definition whose objects live in no namespace; None for any other."""
    spec = definition.get("spec")
    if not isinstance(spec, Mapping) or spec.get("scope") != "Cluster":
        return None
    names = spec.get("names")
    return (str(spec.get("group")), str(names.get("kind"))) if isinstance(names, Mapping) else None


def definitions_in(entry: CustomResources) -> list[Definition]:
    """The definitions of one entry of the catalogue, downloaded on first use.

    Raises:
        GateError: they cannot be downloaded, or the module holds none.
    """
    module = entry.module
    path = cache_folder("definitions") / f"{module.name.replace('/', '_')}-{module.version}.json"

    def fetch() -> None:
        documents = members(fetch_module(module), f"{module.name}@{module.version}/{entry.files}")
        found = [part for _, content in documents for part in read_all(content) if _is_definition(part)]
        if not found:
            raise GateError(f"{module.name} holds no {entry.files}: the catalogue's entry does not fit it")
        write_whole(path, json.dumps(found).encode())

    return made_once(path, list[Definition], fetch)


def _is_definition(document: Any) -> bool:
    return isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition"
