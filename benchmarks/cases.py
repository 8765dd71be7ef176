"""The cases that programs are measured on, as files; see `chosen_cases.py` for which these are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHART = Path(__file__).resolve().parent.parent / "charts" / "claude-relay"
NEWEST = "1.37"
INDEX = "cases.json"


@dataclass(frozen=True)
class FileCase:
    """A case whose values are in a file, so that every program can read it."""

    name: str
    values: str
    release: str
    namespace: str
    kubernetes: str
    api_versions: tuple[str, ...]


def read_cases(folder: Path) -> Iterator[FileCase]:
    """The cases that `write_cases` wrote."""
    for entry in json.loads((folder / INDEX).read_text(encoding="utf-8")):
        yield FileCase(**{**entry, "api_versions": tuple(entry["api_versions"])})
