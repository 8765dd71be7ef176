"""Installed packages that add checks: those with an entry point of the group `chartgate.checks`."""

import hashlib
import importlib.metadata
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

GROUP = "chartgate.checks"


def entry_points() -> list[importlib.metadata.EntryPoint]:
    """The entry points, sorted by name. Their code has not run yet."""
    return sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))


@cache
def digests() -> tuple[tuple[str, str, str], ...]:
    """The name and the value of each entry point, with a hash of the sources of its package."""
    return tuple((entry.name, entry.value, _sources(entry.module.partition(".")[0])) for entry in entry_points())


def _sources(package: str) -> str:
    spec = PathFinder.find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    if spec and spec.origin and not folders:
        files = [Path(spec.origin)]
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
