"""The kinds of objects that checkov judges by their relations to one another, as its own policies name them.

Every other object can be judged alone, once, whatever stands beside it.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import shown
from chartgate.values.check_folders import CheckFolder

LACKS_POLICY = "CKV2_K8S_6"
"""Pods that no NetworkPolicy selects: chartgate judges this one itself, release by release."""

ANY_KIND = "all"
"""What a policy names in place of kinds when it is about every kind."""
_POLICIES = frozenset({".yaml", ".yml", ".json"})
_FOLDER = Path("kubernetes", "checks", "graph_checks")


def related_kinds(external: Sequence[CheckFolder] = ()) -> frozenset[str]:
    """The kinds of `own_kinds`, and those that policies in external folders name, which are asked in the graph as well.

    Raises:
        GateError: as `own_kinds`; or an external policy is not YAML.
    """
    return own_kinds().union(*(_named_kinds(policy) for folder in external for policy in _policies(folder)))


def _policies(folder: CheckFolder) -> Iterator[Any]:
    for path, content in folder.contents.items():
        if path.suffix in _POLICIES:
            try:
                yield from read_all(content)
            except (UnicodeDecodeError, yaml.YAMLError) as error:
                raise GateError(f"{shown(path)}: is not YAML or JSON: {error}: correct the policy") from error


def _named_kinds(document: Any) -> Iterator[str]:
    """The kinds in a policy, at any depth; a file that is none has none."""
    if isinstance(document, list):
        for part in document:
            yield from _named_kinds(part)
    elif isinstance(document, dict):
        for key, part in document.items():
            if key in {"resource_types", "connected_resource_types"}:
                yield from map(str, part if isinstance(part, list) else [part])
            else:
                yield from _named_kinds(part)


@lru_cache(maxsize=1)
def own_kinds() -> frozenset[str]:
    """Every kind that a relation in one of checkov's Kubernetes policies names, read without importing checkov.

    Raises:
        GateError: checkov is not installed, or has no such policies where this version looks for them.
    """
    spec = find_spec("checkov")
    files = sorted(Path(spec.origin).parent.joinpath(_FOLDER).glob("*.json")) if spec and spec.origin else []
    policies = [json.loads(path.read_bytes()) for path in files]
    kinds = {
        kind
        for policy in policies
        if policy["metadata"]["id"] != LACKS_POLICY
        for relation in _relations(policy["definition"])
        for kind in (*relation["resource_types"], *relation["connected_resource_types"])
    }
    if not kinds:
        raise GateError(f"checkov has no policies in {_FOLDER}: install a version that chartgate's lock file names")
    return frozenset(kinds)


def _relations(definition: Any) -> Iterator[dict[str, Any]]:
    if isinstance(definition, list):
        for part in definition:
            yield from _relations(part)
    elif isinstance(definition, dict):
        if definition.get("cond_type") == "connection":
            yield definition
        for part in definition.values():
            yield from _relations(part)
