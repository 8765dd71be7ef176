"""The kinds of objects that checkov judges by their relations to one another, as its own policies name them.

Every other object can be judged alone, once, whatever stands beside it.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chartgate.errors import GateError

LACKS_POLICY = "CKV2_K8S_6"
"""Pods that no NetworkPolicy selects: chartgate judges this one itself, release by release."""

_FOLDER = Path("kubernetes", "checks", "graph_checks")


@lru_cache(maxsize=1)
def related_kinds() -> frozenset[str]:
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
