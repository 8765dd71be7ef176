"""A chart's `values.schema.json` as what can be said with it: places of values, and whether values fit."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from chartgate.errors import GateError
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.merging import merged
from chartgate.values.formats import CHECKS, asserts_formats

Path_ = tuple[str | int, ...]
"""Keys and indices from the top of the values."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Place:
    """A value's path, and the schema of what may stand there."""

    path: Path_
    schema: Schema

    @property
    def key(self) -> str:
        """The last key of the path; of a list's item that of the list."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")


def dotted(path: Path_) -> str:
    """The path as people and Helm write it: `ingress.hosts.0.host`."""
    return ".".join(map(str, path))


def at(values: Any, path: Path_) -> Any:
    """What stands at a path; None where nothing does.

    >>> at({"a": [{"b": 1}]}, ("a", 0, "b"))
    1
    """
    for part in path:
        if isinstance(part, int):
            values = values[part] if isinstance(values, list) and part < len(values) else None
        else:
            values = values.get(part) if isinstance(values, Mapping) else None
    return values


class Shape:
    """The schema of one chart and its defaults."""

    def __init__(self, root: Schema, defaults: Mapping[str, Any]) -> None:
        self._whole: Schema = _without_remote(root, str(root.get("$id", root.get("id", ""))).rstrip("#"))
        self.root: Schema = without_null(self._whole)
        """The schema without null. In Helm, a value that is null means the default, so it is no other value to try."""
        self.defaults = defaults
        self._asserts_formats = asserts_formats(root)
        self._registry = jsonschema_rs.Registry([(_ROOT, self.root)])
        self._validators: dict[tuple[int, bool], tuple[Schema, jsonschema_rs.Validator | None]] = {}

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether these values, laid over the defaults, fit the schema."""
        return self.fits_at(merged(self.defaults, values), self._whole)

    def fits_at(self, value: Any, schema: Schema) -> bool:
        """Whether a value fits one part of the schema."""
        return self._is_valid(value, schema, formats=self._asserts_formats)

    def misfits(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Where these values, laid over the defaults, do not fit the schema, and what is wrong there.

        No text holds a value, which may be a secret.
        """
        errors = jsonschema_rs.validator_for(dict(self._whole), mask="the value").iter_errors(
            merged(self.defaults, values)
        )
        return [(dotted(tuple(error.instance_path)) or "the file", error.message) for error in errors]

    def refuses(self, values: Mapping[str, Any]) -> bool:
        """Whether every Helm refuses these values, laid over the defaults: not for a format alone, which few assert."""
        return self.refuses_at(merged(self.defaults, values), self._whole)

    def refuses_at(self, value: Any, schema: Schema) -> bool:
        """Whether every Helm refuses a value where this part of the schema is."""
        return not self._is_valid(value, schema, formats=False)

    def _is_valid(self, value: Any, schema: Schema, *, formats: bool) -> bool:
        key = (id(schema), formats)
        if key not in self._validators:
            # The part is kept with its validator, so that its identity is not given to another.
            self._validators[key] = (schema, self._validator(schema, formats=formats))
        validator = self._validators[key][1]
        return validator is None or validator.is_valid(value)

    def _validator(self, schema: Schema, *, formats: bool) -> jsonschema_rs.Validator | None:
        """The validator of a part; None where the part is no schema, so that nobody can say what fits it."""
        part = (
            dict(schema) if schema is self.root or schema is self._whole else {**_rooted(schema), **_draft(self.root)}
        )
        try:
            return jsonschema_rs.validator_for(part, registry=self._registry, formats=CHECKS, validate_formats=formats)
        except (ValueError, jsonschema_rs.ReferencingError):
            return None

    def resolved(self, schema: Any) -> Schema:
        """The schema that a local $ref leads to; the schema itself where there is none, or it leads nowhere."""
        seen = 0
        while isinstance(schema, Mapping) and str(schema.get("$ref", "")).startswith("#") and seen < MOST_REFERENCES:
            target: Any = self.root
            for part in unquote(str(schema["$ref"])[1:]).split("/")[1:]:
                target = _step(target, part.replace("~1", "/").replace("~0", "~"))
            schema, seen = target, seen + 1
        return schema if isinstance(schema, Mapping) else {}

    def default_at(self, path: Path_) -> Any:
        """The default at a path; None where there is none."""
        return at(self.defaults, path)

    @cached_property
    def leaves(self) -> list[Place]:
        """The places that hold values rather than further named places."""
        return list(self._leaves(self.root, ()))

    def properties(self, schema: Schema) -> Mapping[str, Any]:
        """The schemas of the named keys of a part; none where it has no such keys."""
        found = schema.get("properties")
        return found if isinstance(found, Mapping) else {}

    def _leaves(self, schema: Any, path: Path_, above: tuple[int, ...] = ()) -> Iterator[Place]:
        schema = self.resolved(schema)
        properties = self.properties(schema)
        if not properties:
            yield Place(path, schema)
        elif id(schema) not in above:  # a schema may refer to itself
            for key, child in properties.items():
                yield from self._leaves(child, (*path, key), (*above, id(schema)))

    def places(self, value: Any, schema: Any = None, path: Path_ = ()) -> Iterator[tuple[Place, Any]]:
        """Every place within `value`, from the top down, and what stands there."""
        schema = self.resolved(self.root if schema is None else schema)
        yield Place(path, schema), value
        if isinstance(value, Mapping):
            for key, child in value.items():
                within = self.properties(schema).get(key, schema.get("additionalProperties"))
                if isinstance(within, Mapping):
                    yield from self.places(child, within, (*path, key))
        elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
            for index, child in enumerate(value):
                yield from self.places(child, schema["items"], (*path, index))


def without_null(schema: Any) -> Any:
    """The schema without the type null, which editors need for a key without a value, at every depth."""
    if not isinstance(schema, Mapping):
        return schema
    found = {key: _within(key, part) for key, part in schema.items()}
    types = found.get("type")
    if isinstance(types, list) and "null" in types and len(types) > 1:
        rest = [one for one in types if one != "null"]
        found["type"] = rest[0] if len(rest) == 1 else rest
        if "enum" in found:
            found["enum"] = [one for one in found["enum"] if one is not None]
    return found


def _within(word: str, part: Any) -> Any:
    if word in {"properties", "patternProperties", "definitions", "$defs"} and isinstance(part, Mapping):
        return {name: without_null(child) for name, child in part.items()}
    if word in {"anyOf", "oneOf"} and isinstance(part, list):
        return [without_null(child) for child in part if child != {"type": "null"}]
    if word in {"items", "additionalProperties"}:
        return without_null(part)
    return part


def read_shape(files: ChartFiles, defaults: Mapping[str, Any]) -> Shape | None:
    """The shape of a chart's values. `defaults` are those of values.yaml.

    None when it has no values.schema.json, or one that is not a JSON Schema: Helm then refuses all values.
    """
    name = "values.schema.json"
    if name not in files.contents:
        return None
    try:
        root = json.loads(files.contents[name])
        shape = Shape(root if isinstance(root, dict) else {}, defaults)
        jsonschema_rs.validator_for(dict(shape.root))
    except (ValueError, RecursionError, jsonschema_rs.ReferencingError):
        return None
    return shape


_ROOT = "urn:chartgate:values"
MOST_REFERENCES = 32
"""References that are followed in a row; a schema may refer to itself."""


def _without_remote(node: Any, own: str) -> Any:
    """The schema without references to other files and addresses: nothing is fetched here, and Helm has the last word.

    Args:
        own: the address of the schema itself, by which it may refer to its own parts; empty where it has none.
    """
    if isinstance(node, list):
        return [_without_remote(child, own) for child in node]
    if not isinstance(node, Mapping):
        return node
    found = {}
    for key, child in node.items():
        if key == "$ref" and isinstance(child, str):
            local = child.removeprefix(own) if own else child
            if local.startswith("#"):
                found[key] = local
        elif key not in {"$id", "id"} or not (isinstance(child, str) and child.rstrip("#") == own):
            found[key] = _without_remote(child, own)
    return found


def _draft(root: Schema) -> dict[str, Any]:
    return {"$schema": root["$schema"]} if "$schema" in root else {}


def _rooted(node: Any) -> Any:
    """A part of the schema in which local references name the whole schema, so that they resolve outside of it."""
    if isinstance(node, Mapping):
        return {
            key: f"{_ROOT}{child}" if key == "$ref" and str(child).startswith("#") else _rooted(child)
            for key, child in node.items()
        }
    return [_rooted(child) for child in node] if isinstance(node, list) else node


def _step(target: Any, part: str) -> Any:
    if isinstance(target, Mapping):
        return target.get(part)
    return target[int(part)] if isinstance(target, list) and part.isdigit() and int(part) < len(target) else None


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
    """`values` with `value` at `path`; a list on the way is taken over whole from the `full` values.

    Raises:
        LookupError: the values have no such list, no such item, or something else in place of a map on the way.
    """
    if not path:
        return value
    key, *rest = path
    if not isinstance(full if isinstance(key, int) else values or {}, list if isinstance(key, int) else Mapping):
        raise LookupError(f"{key}: there is no list or map around it")
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
