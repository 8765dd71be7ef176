"""Schemas that jsonschema-rs and Helm's validator are known to read alike, so that the fast one may say yes for both.

Helm has the last word on values that are refused here, so only a yes that would be a no in Helm matters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

# Go's expressions know no lookaround and no \b or \s as ECMA 262 has them; these parts mean the same to both.
_SHARED_PATTERN = re.compile(r"(?:[^\\(]|\((?!\?)|\(\?:|\\[dDwWnrtf]|\\x[0-9a-fA-F]{2}|\\[^\w\s])*", re.DOTALL)


# With others, a part of the schema may be about more than the property that it belongs to.
_OWN_REFERENCE = re.compile(r"#/(\$defs|definitions)/.*", re.DOTALL)


class Screen:
    """A schema that both read alike."""

    def __init__(self, schema: Any, validator: jsonschema_rs.Validator) -> None:
        self._schema = schema
        self._validator = validator
        self._is_divisible = isinstance(schema, Mapping) and all(
            _refers_to_definitions(key, value) for key, value in _members(schema)
        )

    def is_valid(self, values: Any) -> bool:
        """Whether the schema allows values."""
        return self._validator.is_valid(values)

    def reduced(self, values: Any) -> Any:
        """The schema without the parts that say nothing against `values`: those of properties that are valid.

        Helm says the same of the values by it. It compiles a schema for each render, which takes the less time the
        smaller the schema is.
        """
        properties = self._schema.get("properties") if self._is_divisible else None
        if not isinstance(properties, Mapping):
            return self._schema
        # Not the path in the schema, which begins at the definition that a reference leads to.
        invalid = {error.instance_path[0] for error in self._validator.iter_errors(values) if error.instance_path}
        return {
            **self._schema,
            "properties": {name: part if name in invalid else {} for name, part in properties.items()},
        }


def screen_of(schema: Any) -> Screen | None:
    """The screen of a schema that both read alike; None where Helm has to be asked.

    That is where the schema is broken, names a format, of which each knows others, refers to what would have to be
    fetched, or has a pattern in a dialect.
    """
    if any(key == "format" or not _is_shared(key, value) for key, value in _members(schema)):
        return None
    try:
        return Screen(schema, jsonschema_rs.validator_for(schema, retriever=_refuse_to_fetch))
    except ValueError:
        return None


def _refers_to_definitions(key: str, value: Any) -> bool:
    """Whether a member of a schema is no reference, or one to a definition of the schema."""
    if key in {"$dynamicRef", "$recursiveRef"}:
        return False
    return key != "$ref" or (isinstance(value, str) and _OWN_REFERENCE.fullmatch(value) is not None)


def _is_shared(key: str, value: Any) -> bool:
    patterns = [value] if key == "pattern" else value if key == "patternProperties" else []
    return all(isinstance(pattern, str) and _SHARED_PATTERN.fullmatch(pattern) for pattern in patterns)


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a schema with its value; also those of values that are called like a keyword, which does no harm."""
    if isinstance(node, Mapping):
        yield from node.items()
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _members(child)


def _refuse_to_fetch(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")
