"""Writes every table of Fluent Bit's keys from one source, which lies in this folder.

    python -m schema.fluent_bit.generate            write the files
    python -m schema.fluent_bit.generate --check    exit 1 and name the files that differ

`recorded.yaml` is what the real program prints of its plugins, `manual.yaml` what it accepts beside that, `values.yaml`
which values it refuses, and `outputs.yaml` what the chart does with each output. From them come the table that the
chart's guards read, the table of the gate's check `fluent-bit`, and the table of the tests' stand-in.
"""

import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from schema.files import ROOT, main

SOURCE = Path(__file__).resolve().parent
OUTPUTS = ROOT / "charts" / "claude-relay" / "files" / "fluent-bit" / "outputs"
GATE = ROOT / "chartgate" / "findings" / "fluent_bit" / "plugins.yaml"
STAND_IN = ROOT / "tests" / "e2e" / "images" / "fluent_bit" / "plugins.json"
HEADING = "# Written by `make generate` from schema/fluent_bit/: change it there."
GROUPS = ("inputs", "filters", "outputs")
# What the stand-in has of each group.
STOOD_IN = {
    "inputs": ["tail"],
    "filters": ["grep", "lua", "modify", "multiline", "nest", "parser", "record_modifier", "rewrite_tag"],
    "outputs": ["es", "forward", "http", "kafka", "loki", "s3", "stdout"],
}
WIDTH = 120

Types = dict[str, list[str]]
"""The keys of a plugin by their type."""


def read(name: str) -> Any:
    """One of the files in this folder."""
    return yaml.safe_load((SOURCE / name).read_text(encoding="utf-8"))


def types_of(recorded: Mapping[str, str], manual: str = "") -> Types:
    """Recorded keys by type, together with those of the manual, whose type is any text."""
    types = {kind: words.split() for kind, words in recorded.items()}
    if manual:
        types["text"] = sorted({*types.get("text", []), *manual.split()})
    return {kind: words for kind, words in types.items() if words}


def table() -> dict[str, Any]:
    """All that is known of every group of plugins, and of the sections beside them."""
    recorded, manual = read("recorded.yaml"), read("manual.yaml")
    found: dict[str, Any] = {"sections": {name: words.split() for name, words in manual["sections"].items()}}
    for group in GROUPS:
        extra = manual[group]["plugins"]
        names = sorted({*recorded[group]["plugins"], *extra})
        found[group] = {
            "common": types_of(recorded[group]["common"], manual[group]["common"]),
            "plugins": {
                name: types_of(recorded[group]["plugins"].get(name, {}), extra.get(name, "")) for name in names
            },
        }
    return found


def gate_file(known: Mapping[str, Any], refused: Mapping[str, Any]) -> str:
    """The table of the gate: keys by type, and what the program refuses."""
    lines = [HEADING, "sections:"]
    for name, keys in known["sections"].items():
        lines += folded(f"  {name}:", keys)
    for part, entries in refused.items():
        lines += [f"{part}:", *(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())]
    for group in GROUPS:
        lines += [f"{group}:", "  common:", *typed(known[group]["common"], 4), "  plugins:"]
        for name, types in known[group]["plugins"].items():
            lines += [f'    "{name}":', *typed(types, 6)] if types else [f'    "{name}": {{}}']
    return "\n".join(lines) + "\n"


def typed(types: Types, indent: int) -> Iterator[str]:
    for kind, keys in types.items():
        yield from folded(f"{' ' * indent}{kind}:", keys)


def folded(start: str, keys: Iterable[str]) -> list[str]:
    """A YAML key and its words, in lines of at most WIDTH characters."""
    words = " ".join(keys)
    quoted = json.dumps(words) if words == "*" else words
    indent = " " * (len(start) - len(start.lstrip()) + 2)
    return textwrap.wrap(
        f"{start} {quoted}", WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def value_forms(refused: Mapping[str, Any], plugin: str) -> dict[str, list[str]]:
    """For each key of an output whose values the program checks: a regular expression, and its description."""
    sections = [
        refused[stage].get(name, {}) for name in ("output *", f"output {plugin}") for stage in ("dry_run", "start")
    ]
    return {key: refused["forms"][form] for section in sections for key, form in section.items()}


def output_file(common: Mapping[str, Any], about: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The table of one output, which the chart reads: Helm parses it at each render, so it holds nothing else."""
    content = {
        "plugin": about["plugin"],
        "keys": sorted([*common["keys"], *keys]),
        "credentials": [*common["credentials"], *about.get("credentials", [])],
        "required": about["required"],
        "defaults": about.get("defaults", {}),
        "values": about["values"],
    }
    return json.dumps(content, indent=1) + "\n"


def outputs() -> dict[Path, str]:
    """Every file that is made here, and its text."""
    known, about, refused = table(), read("outputs.yaml"), read("values.yaml")
    shared = {*about["common"]["keys"], *(word for words in known["outputs"]["common"].values() for word in words)}
    files = {GATE: gate_file(known, refused)}
    for name, one in about["outputs"].items():
        types = known["outputs"]["plugins"][one["plugin"]]
        own = sorted({word for words in types.values() for word in words} - shared)
        required = refused["required"].get(f"output {one['plugin']}", "").split()
        values = value_forms(refused, one["plugin"])
        files[OUTPUTS / f"{name}.json"] = output_file(
            about["common"], {**one, "required": required, "values": values}, own
        )
    stood_in = {
        group: {"common": known[group]["common"], **{name: known[group]["plugins"][name] for name in names}}
        for group, names in STOOD_IN.items()
    }
    names = {group: list(known[group]["plugins"]) for group in GROUPS}
    stand_in = {"sections": known["sections"], **refused, "plugins": names, **stood_in}
    files[STAND_IN] = json.dumps(stand_in, indent=1) + "\n"
    return files


if __name__ == "__main__":
    sys.exit(main("python -m schema.fluent_bit.generate", __doc__ or "", outputs))
