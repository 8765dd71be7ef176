"""Writes what follows from the values' schema, whose one source is `schema/values/*.yaml`.

    python -m schema.generate            write the files
    python -m schema.generate --check    exit 1 and name the files that differ

Out of the source come, for the chart and for its Redis subchart, `values.yaml` (every key with its
description above it) and `values.schema.json` (JSON Schema draft-07, which every Helm since 3.0 reads),
the template `_defaults.tpl` with the default of every value, and the tables of values in the chart's README.

A source file is a section: `title` and `properties`. A property is a JSON Schema with a few words of our own:
`use: NAME` takes a shape from `_fragments.yaml`; `subchart: NAME` marks the values of a subchart; an object with
`properties` is closed unless it says otherwise. A property with a `default` is a leaf of `values.yaml`,
an object without one is a branch.

No property is required, and every property can be null: absent and null mean the default, which `_values.tpl` sets.
A leaf whose default is a map with keys is `{}` in `values.yaml`: if a values file sets a key of it to null, Helm would
remove the key, and Helm before 3.13 would add it again from the `values.yaml` of a subchart.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from schema.files import ROOT, SourceError, main

SOURCE = ROOT / "schema" / "values"
CHART = ROOT / "charts" / "claude-relay"
TABLES_BEGIN = "<!-- values: begin -->"
TABLES_END = "<!-- values: end -->"
WIDTH = 110

Node = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One source file: a group of values that belong together."""

    title: str
    properties: dict[str, Node]


def read_sections(source: Path = SOURCE) -> list[Section]:
    """The sections in the order of their file names, with all fragments put in.

    Raises:
        SourceError: a fragment is unknown, or a property lacks a description, a type or a default.
    """
    fragments = yaml.safe_load((source / "_fragments.yaml").read_text(encoding="utf-8"))
    sections = []
    for path in sorted(source.glob("[0-9]*.yaml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise SourceError(f"{path.name}: not YAML: {error}") from error
        properties = {
            key: expand(node, fragments, f"{path.name}: {key}") for key, node in content["properties"].items()
        }
        for key, node in properties.items():
            require_complete(node, f"{path.name}: {key}")
        sections.append(Section(content["title"], properties))
    return sections


def expand(node: Node, fragments: Mapping[str, Node], where: str) -> Node:
    """The property with its fragment merged in, at every depth."""
    if "use" in node:
        name = node["use"]
        if name not in fragments:
            raise SourceError(f"{where}: no fragment {name!r}: define it in _fragments.yaml")
        node = merge(fragments[name], {key: value for key, value in node.items() if key != "use"})
        return expand(node, fragments, where)
    expanded = dict(node)
    if "properties" in node:
        expanded["properties"] = {
            key: expand(child, fragments, f"{where}.{key}") for key, child in node["properties"].items()
        }
    for word in ("items", "additionalProperties"):
        if isinstance(node.get(word), dict):
            expanded[word] = expand(node[word], fragments, f"{where}[]")
    if "anyOf" in node:
        expanded["anyOf"] = [expand(one, fragments, where) for one in node["anyOf"]]
    return expanded


def merge(fragment: Node, own: Node) -> Node:
    """The fragment under the property's own words; properties of its own stand first."""
    merged = {**fragment, **own}
    if "properties" in fragment and "properties" in own:
        shared, added = fragment["properties"], own["properties"]
        merged["properties"] = {key: child for key, child in added.items() if key not in shared}
        for key, child in shared.items():
            merged["properties"][key] = {**child, **added.get(key, {})}
            if "properties" in child and "properties" in added.get(key, {}):
                merged["properties"][key] = merge(child, added[key])
    return merged


def is_leaf(node: Node) -> bool:
    return "default" in node or "properties" not in node


def require_complete(node: Node, where: str) -> None:
    if not node.get("description"):
        raise SourceError(f"{where}: no description: add one")
    if is_leaf(node):
        for word in ("type", "default"):
            if word not in node:
                raise SourceError(f"{where}: no {word}: add one")
        return
    for key, child in node["properties"].items():
        require_complete(child, f"{where}.{key}")


def written_default(node: Node) -> Any:
    """The value of a leaf in `values.yaml`."""
    return {} if isinstance(node["default"], dict) else node["default"]


def branches_of(
    properties: Mapping[str, Node], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Node]]]:
    """Every branch of a chart's own values with its path, as in `("storage", "logs")`; first the root, `()`."""
    yield path, properties
    for key, node in properties.items():
        if not is_leaf(node) and "subchart" not in node:
            yield from branches_of(node["properties"], (*path, key))


def defaults_of(properties: Mapping[str, Node]) -> tuple[Node, Node]:
    """The defaults of a branch: those of maps whose default has keys, and those of all other leaves."""
    defaults = {key: node["default"] for key, node in properties.items() if is_leaf(node)}
    filled = {key: default for key, default in defaults.items() if isinstance(default, dict) and default}
    return filled, {key: default for key, default in defaults.items() if key not in filled}


def completeness(properties: Mapping[str, Node]) -> str:
    """Template code that prints "true" if no key is absent from the values.

    It counts the keys of all branches of a depth in a few calls, since a call for each branch takes long. A branch
    exists if all branches above it are complete. `global` can have keys of other charts.
    """
    depths: dict[int, list[tuple[str, int]]] = {}
    for path, level in branches_of(properties):
        field = "." + ".".join(path)
        if path == ("global",):
            field = f"(pick .global {' '.join(json.dumps(key) for key in level)})"
        depths.setdefault(len(path), []).append((field, len(level)))
    lines = []
    for depth, branches in sorted(depths.items()):
        fields = textwrap.wrap(" ".join(field for field, _ in branches), WIDTH - 10, break_on_hyphens=False)
        lines.append(f"{{{{- $keys{depth} := len (keys {fields[0]}) -}}}}")
        lines += [f"{{{{- $keys{depth} = add $keys{depth} (len (keys {more})) -}}}}" for more in fields[1:]]
        lines.append(f"{{{{- if eq (int $keys{depth}) {sum(count for _, count in branches)} -}}}}")
    return "\n".join([*lines, "true", *["{{- end -}}"] * len(depths)])


def nullable(schema: Node) -> Node:
    """The schema of a property that can also be null."""
    if "type" not in schema:
        return schema
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    changed = {**schema, "type": [*types, "null"]}
    if "enum" in schema:
        changed["enum"] = [*schema["enum"], None]
    if "anyOf" in schema:
        changed["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return changed


def json_schema(node: Node) -> Node:
    """The property as JSON Schema draft-07, closed wherever it lists its properties."""
    schema = {key: value for key, value in node.items() if key not in ("properties", "subchart")}
    if "properties" in node:
        schema.setdefault("type", "object")
        schema["properties"] = {key: nullable(json_schema(child)) for key, child in node["properties"].items()}
        if "subchart" in node:
            # Helm hands `global` down to every subchart before it validates the parent's values.
            schema["properties"]["global"] = {"type": "object", "description": "Values shared by all charts."}
        schema.setdefault("additionalProperties", False)
    if isinstance(node.get("items"), dict):
        schema["items"] = json_schema(node["items"])
    if isinstance(node.get("additionalProperties"), dict):
        schema["additionalProperties"] = nullable(json_schema(node["additionalProperties"]))
    return schema


def schema_file(title: str, properties: Mapping[str, Node]) -> str:
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **json_schema({"properties": properties}),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def values_file(heading: str, sections: list[Section]) -> str:
    lines = [f"# {line}" for line in heading.splitlines()]
    for section in sections:
        lines += ["", f"# --- {section.title} ---"]
        for key, node in section.properties.items():
            lines += ["", *value_lines(key, node, 0)]
    return "\n".join(lines) + "\n"


def value_lines(key: str, node: Node, depth: int) -> Iterator[str]:
    """The lines of `values.yaml` for one property: its description, an example if it has one, its default."""
    indent = "  " * depth
    for line in textwrap.wrap(node["description"], WIDTH - len(indent) - 2, break_on_hyphens=False):
        yield f"{indent}# {line}"
    for example in node.get("examples", []):
        yield from (f"{indent}#   {line}" for line in dump({key: example}).splitlines())
    if is_leaf(node):
        if written_default(node) != node["default"]:
            yield f"{indent}# Default (null removes a key from it):"
            yield from (f"{indent}#   {line}" for line in dump(node["default"]).splitlines())
        yield from (f"{indent}{line}" for line in dump({key: written_default(node)}).splitlines())
        return
    yield f"{indent}{key}:"
    for name, child in node["properties"].items():
        yield from value_lines(name, child, depth + 1)


def dump(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, width=1000, allow_unicode=True)


def leaves(properties: Mapping[str, Node], prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Every leaf with its path, as in `config.port`."""
    for key, node in properties.items():
        if is_leaf(node):
            yield f"{prefix}{key}", node
        else:
            yield from leaves(node["properties"], f"{prefix}{key}.")


def tables(sections: list[Section]) -> str:
    """The README's tables, one for each section."""
    lines = []
    for section in sections:
        lines += ["", f"### {section.title}", "", "| Key | Type | Default | Description |", "|---|---|---|---|"]
        for path, node in leaves(section.properties):
            types = node["type"] if isinstance(node["type"], list) else [node["type"]]
            default = json.dumps(node["default"], ensure_ascii=False)
            description = node["description"].replace("|", "\\|")
            if "enum" in node:
                known = ", ".join(f"`{json.dumps(word)}`" for word in node["enum"])
                description += f" One of {known}."
            lines.append(f"| `{path}` | {' or '.join(types)} | `{default}` | {description} |")
    return "\n".join(lines) + "\n\n"


def defaults_file(properties: Mapping[str, Node]) -> str:
    """The template with the defaults of the chart and of each subchart, as _values.tpl reads them.

    Every render reads `maps`, the defaults of maps that have keys. Only a render in which a key is absent or null reads
    `values`, all other defaults. Both are JSON: the defaults by the path of their branch, such as `storage.logs`.
    """
    text = "{{/* Written by `make generate` from schema/values/: change the defaults there. */}}\n"
    charts = {"claude-relay": properties}
    for key, node in properties.items():
        if "subchart" in node:
            charts[f"claude-relay.{key}"] = {**node["properties"], "global": properties["global"]}
    for prefix, chart in charts.items():
        defaults = {".".join(path): defaults_of(level) for path, level in branches_of(chart)}
        text += define(f"{prefix}.defaults.complete", completeness(chart))
        text += define(
            f"{prefix}.defaults.maps", lines_of_json({path: maps for path, (maps, _) in defaults.items() if maps})
        )
        text += define(
            f"{prefix}.defaults.values", lines_of_json({path: values for path, (_, values) in defaults.items()})
        )
    return text


def lines_of_json(node: Node | list[Any], depth: int = 0) -> str:
    """The object as JSON. What fits in a line of the chart's templates is in one line."""
    text = json.dumps(node, ensure_ascii=False)
    if len(text) < WIDTH and depth:
        return text
    items = node if isinstance(node, list) else node.values()
    parts = [lines_of_json(item, depth + 1) if isinstance(item, dict | list) else json.dumps(item) for item in items]
    if isinstance(node, dict):
        parts = [f"{json.dumps(key)}: {part}" for key, part in zip(node, parts, strict=True)]
    before, after = ("[", "]") if isinstance(node, list) else ("{", "}")
    indent = " " * (depth + 1)
    return before + "".join(f"\n{indent}{part}," for part in parts).rstrip(",") + f"\n{' ' * depth}{after}"


def define(name: str, text: str) -> str:
    return f'\n{{{{- define "{name}" -}}}}\n{text}\n{{{{- end -}}}}\n'


def with_tables(readme: str, text: str) -> str:
    before, begin, rest = readme.partition(TABLES_BEGIN)
    _, end, after = rest.partition(TABLES_END)
    if not begin or not end:
        raise SourceError(f"{CHART.name}/README.md: no place for the tables: add {TABLES_BEGIN!r} and {TABLES_END!r}")
    return f"{before}{begin}\n{text}{end}{after}"


def outputs(sections: list[Section]) -> dict[Path, str]:
    """Every generated file and its text."""
    properties = {key: node for section in sections for key, node in section.properties.items()}
    files = {
        CHART / "values.schema.json": schema_file("Values of the chart claude-relay", properties),
        CHART / "templates" / "_defaults.tpl": defaults_file(properties),
        CHART / "values.yaml": values_file(
            "Default values of claude-relay. The README lists them in tables.", sections
        ),
    }
    readme = CHART / "README.md"
    files[readme] = with_tables(readme.read_text(encoding="utf-8"), tables(sections))
    for node in properties.values():
        if "subchart" in node:
            folder = CHART / "charts" / node["subchart"]
            title = f"Values of the subchart {node['subchart']}"
            own = {**node["properties"], "global": properties["global"]}
            files[folder / "values.schema.json"] = schema_file(title, own)
            files[folder / "values.yaml"] = values_file(
                f"Default values of the subchart {node['subchart']}.", [Section("Redis", own)]
            )
    return files


if __name__ == "__main__":
    sys.exit(main("python -m schema.generate", __doc__ or "", lambda: outputs(read_sections())))
