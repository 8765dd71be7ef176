"""A chart's `values.schema.json` as what can be said with it: places of values, and whether values fit."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs
import yaml

from chartgate.errors import GateError
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.merging import merged

Path_ = tuple[str | int, ...]
"""Keys and indices from the top of the values."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Place:
    """A value's path, and the schema of what may stand there."""

    path: Path_
    schema: Schema


def dotted(path: Path_) -> str:
    """The path as people and Helm write it: `ingress.hosts.0.host`."""
    return ".".join(map(str, path))


class Shape:
    """The schema of one chart and its defaults."""

    def __init__(self, root: Schema, defaults: Mapping[str, Any]) -> None:
        self.root = root
        self.defaults = defaults
        self._validators: dict[int, tuple[Schema, jsonschema_rs.Validator]] = {}

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether these values, laid over the defaults, fit the schema."""
        return self.fits_at(merged(self.defaults, values), self.root)

    def fits_at(self, value: Any, schema: Schema) -> bool:
        """Whether a value fits one part of the schema."""
        known = self._validators.get(id(schema))
        if known is None:
            shared = {key: self.root[key] for key in ("$schema", "definitions", "$defs") if key in self.root}
            # The part is kept with its validator, so that its identity is not given to another.
            known = (schema, jsonschema_rs.validator_for({**shared, **schema}))
            self._validators[id(schema)] = known
        return known[1].is_valid(value)

    def resolved(self, schema: Any) -> Schema:
        """The schema that a local $ref leads to; the schema itself where there is none."""
        seen = 0
        while isinstance(schema, Mapping) and str(schema.get("$ref", "")).startswith("#/") and seen < 32:
            target: Any = self.root
            for part in schema["$ref"][2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            schema, seen = target, seen + 1
        return schema if isinstance(schema, Mapping) else {}

    @cached_property
    def leaves(self) -> list[Place]:
        """The places that hold values rather than further named places."""
        return list(self._leaves(self.root, ()))

    def _leaves(self, schema: Any, path: Path_) -> Iterator[Place]:
        schema = self.resolved(schema)
        if not schema.get("properties"):
            yield Place(path, schema)
            return
        for key, child in schema["properties"].items():
            if len(path) < 12:  # a schema may refer to itself
                yield from self._leaves(child, (*path, key))

    def places(self, value: Any, schema: Any = None, path: Path_ = ()) -> Iterator[tuple[Place, Any]]:
        """Every place within `value`, from the top down, and what stands there."""
        schema = self.resolved(self.root if schema is None else schema)
        yield Place(path, schema), value
        if isinstance(value, Mapping):
            for key, child in value.items():
                within = (schema.get("properties") or {}).get(key, schema.get("additionalProperties"))
                if isinstance(within, Mapping):
                    yield from self.places(child, within, (*path, key))
        elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
            for index, child in enumerate(value):
                yield from self.places(child, schema["items"], (*path, index))


def read_shape(files: ChartFiles, defaults: Mapping[str, Any]) -> Shape | None:
    """The shape of a chart's values; None when it has no values.schema.json. `defaults` are those of values.yaml.

    Raises:
        GateError: the schema is none.
    """
    name = "values.schema.json"
    if name not in files.contents:
        return None
    try:
        root = json.loads(files.contents[name])
        jsonschema_rs.validator_for(root)
    except ValueError as error:
        raise GateError(f"{files.folder / name}: cannot be used as a JSON Schema: {error}") from error
    return Shape(root, defaults)


def read_defaults(files: ChartFiles) -> dict[str, Any]:
    """What the chart's values.yaml holds; empty when there is none.

    Raises:
        GateError: the file is not YAML, or is no mapping.
    """
    path = files.folder / "values.yaml"
    try:
        values, _ = read_values(files.contents.get(path.name, b""))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise GateError(f"{path}: cannot be read as YAML values: {error}") from error
    if not isinstance(values, dict | None):
        raise GateError(f"{path}: holds a {type(values).__name__}: values are a mapping")
    return values or {}


def placed(values: Any, path: Path_, value: Any, full: Any) -> Any:
    """`values` with `value` at `path`; a list on the way is taken over whole from the `full` values."""
    if not path:
        return value
    key, *rest = path
    if isinstance(key, int):
        items = list(full)
        items[key] = placed(items[key], tuple(rest), value, items[key])
        return items
    beneath = full.get(key) if isinstance(full, Mapping) else None
    own = (values or {}).get(key)
    child = beneath if rest and isinstance(rest[0], int) else own
    return {**(values or {}), key: placed(child, tuple(rest), value, beneath)}


def values_text(values: Mapping[str, Any]) -> str:
    """Values as JSON that every YAML reader takes for the same: what YAML folds or refuses is escaped."""
    text = json.dumps(values, ensure_ascii=False, indent=1)
    return "".join(f"\\u{ord(char):04x}" if char in _NOT_AS_IS else char for char in text)


_NOT_AS_IS = frozenset("\x7f\x85\u2028\u2029\ufeff")
