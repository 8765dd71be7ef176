"""Every node of plain data, such as a manifest or values, with its path."""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Keys and indices."""


def walk(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, node) of the node itself and of everything in it, each before what it holds.

    >>> list(walk({"a": ["b"]}))
    [((), {'a': ['b']}), (('a',), ['b']), (('a', 0), 'b')]
    """
    yield path, node
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from walk(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk(child, (*path, index))
