"""The JSON Schemas of the gate's files, published beside the chart under names that stay."""

import json
import re
from pathlib import Path

from release.settings import Settings

FOLDER = "schemas"
SOURCES = {"chartgate": "settings", "conversions": "conversions", "matrix": "matrix"}
"""For each file NAME.yaml of a chart, the schema in `chartgate/values/` that describes it."""
MARK = "# yaml-language-server: $schema="
_LINE = re.compile(rf"^{re.escape(MARK)}\S*?(\w+)\.schema\.json$", re.MULTILINE)


def address(settings: Settings, name: str) -> str:
    """Where the schema of the files NAME.yaml is published."""
    return f"{settings.repository}/{FOLDER}/{name}.schema.json"


def published(root: Path, settings: Settings) -> dict[str, str]:
    """The text of each published schema, by its path in the chart repository."""
    texts = {}
    for name, source in SOURCES.items():
        schema = json.loads((root / "chartgate" / "values" / f"{source}.schema.json").read_text(encoding="utf-8"))
        marked = {"$schema": schema.pop("$schema"), "$id": address(settings, name), **schema}
        texts[f"{FOLDER}/{name}.schema.json"] = f"{json.dumps(marked, indent=2)}\n"
    return texts


def with_addresses(text: str, settings: Settings) -> str:
    """A file, or a document with examples, whose lines for editors name the published schemas."""
    return _LINE.sub(lambda found: f"{MARK}{address(settings, found[1])}", text)
