"""Every node of plain data, such as a manifest or values, with its path."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
"""Keys and indices."""


def walk(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, node) of the node itself and of everything in it, each before what it holds.

    >>> list(walk({"a": ["b"]}))
    [((), {'a': ['b']}), (('a',), ['b']), (('a', 0), 'b')]
    """
    # Not recursive: each node would pass through the generators of all that hold it.
    waiting = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, dict):
            waiting += [((*path, key), child) for key, child in reversed(node.items())]
        elif isinstance(node, list):
            waiting += [((*path, index), node[index]) for index in range(len(node) - 1, -1, -1)]


def nodes(node: Any) -> Iterator[Any]:
    """The same nodes in the same order, without their paths, which take most of the time of `walk`.

    >>> list(nodes({"a": ["b"]}))
    [{'a': ['b']}, ['b'], 'b']
    """
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting += reversed(node.values())
        elif isinstance(node, list):
            waiting += reversed(node)
