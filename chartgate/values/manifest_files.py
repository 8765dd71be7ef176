"""Files of manifests that settings name, such as those of `schemas` and `policies`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading, shown

_ENDINGS = frozenset({".yaml", ".yml", ".json"})


def manifest_files(path: Path) -> list[Path]:
    """The file at a path, or the YAML and JSON files in the folder there."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in _ENDINGS and file.is_file())


def manifests_in(file: Path, reading: Reading, setting: str) -> Iterator[Mapping[str, Any]]:
    """The mappings in a file; those in a list such as `kubectl get crds -o yaml` prints are separate ones.

    Args:
        setting: the key of the settings file that names the file.

    Raises:
        GateError: there is no such file, or it is not YAML or JSON.
    """
    content = reading.content(file)
    if content is None:
        raise GateError(f"{shown(file)}: No such file: correct `{setting}` in chartgate.yaml")
    try:
        documents = [json.loads(content)] if file.suffix == ".json" else list(read_all(content))
    except (ValueError, yaml.YAMLError) as error:
        raise GateError(f"{shown(file)}: is not {'JSON' if file.suffix == '.json' else 'YAML'}: {error}") from error
    for document in documents:
        items = document.get("items") if isinstance(document, dict) else None
        yield from (one for one in (items if isinstance(items, list) else [document]) if isinstance(one, dict))
