"""Schemas that jsonschema-rs and Helm's validator are known to read alike, so that the fast one may say yes for both.

Helm has the last word on values that are refused here, so only a yes that would be a no in Helm matters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

# Go's expressions know no lookaround and no \b or \s as ECMA 262 has them; these parts mean the same to both.
_SHARED_PATTERN = re.compile(r"(?:[^\\(]|\((?!\?)|\(\?:|\\[dDwWnrtf]|\\x[0-9a-fA-F]{2}|\\[^\w\s])*", re.DOTALL)


def screen_of(schema: Any) -> jsonschema_rs.Validator | None:
    """A validator for a schema that both read alike; None where Helm has to be asked.

    That is where the schema is broken, names a format, of which each knows others, refers to what would have to be
    fetched, or has a pattern in a dialect.
    """
    if any(key == "format" or not _is_shared(key, value) for key, value in _members(schema)):
        return None
    try:
        return jsonschema_rs.validator_for(schema, retriever=_refuse_to_fetch)
    except ValueError:
        return None


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
