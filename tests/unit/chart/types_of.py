"""The types in objects, which tell whether a text has become a number."""

from typing import Any


def types_of(node: Any) -> Any:
    """The types of the values in an object, in the same maps and lists."""
    if isinstance(node, dict):
        return {str(key): types_of(value) for key, value in node.items()}
    return [types_of(value) for value in node] if isinstance(node, list) else type(node)
