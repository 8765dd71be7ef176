"""Writes the table of the application's environment variables from `environment.yaml` in this folder.

    python -m schema.application.generate            write the files
    python -m schema.application.generate --check    exit 1 and name the files that differ

From it come the table by which the chart's guards check `config.env` and `config.secretEnv`, and docs/environment.md.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from schema.files import ROOT, SourceError, main

SOURCE = Path(__file__).resolve().parent / "environment.yaml"
CHART = ROOT / "charts" / "claude-relay" / "files" / "environment.json"
DOCUMENT = ROOT / "docs" / "environment.md"
KEYS = {"unit", "default", "set-by", "secret", "unused"}
HEADING = """# Environment variables of the application

Written by `make generate` from schema/application/environment.yaml: change it there.

The variables that claude-relay-service v1.1.314 reads. `config.env` and `config.secretEnv` take those without an entry
in the column "Set by": the chart sets the others from the named value. Variables marked † are passwords or keys: only
`config.secretEnv` takes them. The application reads the variables marked ✗, but nothing uses them.

| Variable | Meaning of the value | Without the variable | Set by |
|---|---|---|---|
"""


def variables() -> dict[str, dict[str, Any]]:
    """Every variable by its name, in the order of the names.

    Raises:
        SourceError: an entry has a key that is not known.
    """
    found: dict[str, dict[str, Any]] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    for name, entry in found.items():
        unknown = sorted(entry.keys() - KEYS)
        if unknown:
            raise SourceError(f"{SOURCE.name}: {name}: {', '.join(unknown)}: use one of {', '.join(sorted(KEYS))}")
    return dict(sorted(found.items()))


def table(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """The table of the chart: the names, and which of them are special."""
    content = {
        "names": list(entries),
        "setBy": {name: entry["set-by"] for name, entry in entries.items() if "set-by" in entry},
        "secret": [name for name, entry in entries.items() if entry.get("secret")],
        "unused": [name for name, entry in entries.items() if entry.get("unused")],
    }
    return json.dumps(content, indent=1) + "\n"


def document(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """The table for readers."""
    rows = []
    for name, entry in entries.items():
        marks = " †" * bool(entry.get("secret")) + " ✗" * bool(entry.get("unused"))
        unit, default = (str(entry.get(key, "")).replace("|", "\\|") for key in ("unit", "default"))
        by = f"`{entry['set-by']}`" if "set-by" in entry else ""
        rows.append(f"| `{name}`{marks} | {unit} | {default} | {by} |\n")
    return HEADING + "".join(rows)


def outputs() -> dict[Path, str]:
    """Every generated file and its text."""
    entries = variables()
    return {CHART: table(entries), DOCUMENT: document(entries)}


if __name__ == "__main__":
    sys.exit(main("python -m schema.application.generate", __doc__ or "", outputs))
