"""Structural schemas of custom resources, and the object as the API server completes it before it evaluates rules.

Source: k8s.io/apiextensions-apiserver, pkg/apiserver/schema (defaulting, pruning, cel/model/schemas.go).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from chartgate.tools.definitions import custom_definitions
from chartgate.tools.schemas import KindKey, Schema, group_in

RULES = "x-kubernetes-validations"
_ANYTHING = "x-kubernetes-preserve-unknown-fields"
_WHOLE_OBJECT = "x-kubernetes-embedded-resource"
_IDENTIFIER = re.compile(r"[A-Za-z_.\-/][A-Za-z0-9_.\-/]*")
_RESERVED = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"),
        *("import", "let", "loop", "package", "namespace", "return", "var", "void", "while"),
    }
)
_ESCAPES = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def structural_schemas(definition: Mapping[str, Any]) -> Iterator[tuple[KindKey, Schema]]:
    """The kind and the schema of each served version of a custom resource definition whose schema has rules.

    Raises:
        KeyError: a part of the definition is missing.
    """
    spec = definition["spec"]
    for version in spec["versions"]:
        if version["served"] and has_rules(version["schema"]["openAPIV3Schema"]):
            yield (f"{spec['group']}/{version['name']}", spec["names"]["kind"]), version["schema"]["openAPIV3Schema"]


def has_rules(schema: Any) -> bool:
    """Whether there are rules anywhere in a schema."""
    if isinstance(schema, Mapping):
        return RULES in schema or any(map(has_rules, schema.values()))
    return isinstance(schema, list) and any(map(has_rules, schema))


def custom_structural_schema(kind: KindKey) -> Schema | None:
    """The structural schema that the catalogue has of a kind; None where it has none, or none with rules.

    Raises:
        GateError: it cannot be downloaded.
    """
    return _of_group(group_in(kind[0])).get(kind)


@cache
def _of_group(group: str) -> Mapping[KindKey, Schema]:
    return {
        kind: schema for definition in custom_definitions({group}) for kind, schema in structural_schemas(definition)
    }


def completed(value: Any, schema: Mapping[str, Any], *, whole: bool = False) -> Any:
    """A copy with the defaults of the schema, and without null members and fields that the schema does not list.

    Args:
        whole: it is the whole object, whose apiVersion, kind and metadata the schema need not list.
    """
    if isinstance(value, dict):
        return _completed_object(value, schema, whole=whole or bool(schema.get(_WHOLE_OBJECT)))
    if isinstance(value, list):
        return [completed(item, _part(schema, "items")) for item in value]
    return value


def _completed_object(value: dict[str, Any], schema: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    made = {}
    for key, child in value.items():
        part = properties.get(key)
        if whole and key in {"apiVersion", "kind", "metadata"}:
            made[key] = child
        elif part is None:
            if isinstance(others, Mapping) or others is True or schema.get(_ANYTHING):
                made[key] = completed(child, others if isinstance(others, Mapping) else {_ANYTHING: True})
        elif child is not None or part.get("nullable"):
            made[key] = completed(child, part)
    for key, part in properties.items():
        if key not in made and "default" in part:
            made[key] = completed(part["default"], part)
    return made


def for_rules(value: Any, schema: Mapping[str, Any], *, whole: bool = False) -> Any:
    """A value as rules see it: numbers, times and durations by their format, and names as CEL can write them.

    Args:
        whole: it is the whole object, of which rules see apiVersion, kind, metadata.name and metadata.generateName.
    """
    if isinstance(value, dict):
        return _object_for_rules(value, schema, whole=whole or bool(schema.get(_WHOLE_OBJECT)))
    if isinstance(value, list):
        return [for_rules(item, _part(schema, "items")) for item in value]
    if schema.get("type") == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if schema.get("type") == "string" and isinstance(value, str) and schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]](value)
    return value


def _object_for_rules(value: dict[str, Any], schema: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        return {key: for_rules(child, others) for key, child in value.items()}
    properties = schema.get("properties") or {}
    made = {
        escaped(key): for_rules(value[key], part)
        for key, part in properties.items()
        if key in value and _IDENTIFIER.fullmatch(key)
    }
    if whole:
        metadata = value.get("metadata")
        seen = metadata if isinstance(metadata, dict) else {}
        made |= {key: value[key] for key in ("apiVersion", "kind") if key in value}
        made["metadata"] = {key: seen[key] for key in ("name", "generateName") if key in seen}
    return made


@cache
def escaped(name: str) -> str:
    """The name of a property as an expression writes it.

    >>> [escaped(name) for name in ("replicas", "namespace", "x-y", "a__b.c")]
    ['replicas', '__namespace__', 'x__dash__y', 'a__underscores__b__dot__c']
    """
    if name in _RESERVED:
        return f"__{name}__"
    return re.sub(r"__|[./-]", lambda found: dict(_ESCAPES)[found[0]], name)


def _part(schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = schema.get(key)
    return found if isinstance(found, Mapping) else {_ANYTHING: True}


def _time(text: str) -> Any:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    from google.protobuf.timestamp_pb2 import Timestamp  # loads the library, which few runs need

    made = Timestamp()
    made.FromDatetime(found if found.tzinfo else found.replace(tzinfo=UTC))
    return made


def _duration(text: str) -> Any:
    parts = _DURATION.findall(text)
    if "".join(f"{number}{unit}" for number, unit in parts) != text.lstrip("+-") or not parts:
        return text
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    from google.protobuf.duration_pb2 import Duration  # loads the library, which few runs need

    made = Duration()
    made.FromTimedelta(timedelta(seconds=-seconds if text.startswith("-") else seconds))
    return made


_FORMATS: Mapping[str, Callable[[str], Any]] = {
    "date": _time,
    "date-time": _time,
    "duration": _duration,
    "byte": str.encode,
}
