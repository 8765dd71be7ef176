"""Values that fail, made as small as they can be while they still do: what is left is what is at fault."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_TRIES = 400


def minimal(values: Mapping[str, Any], fails: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """`values` without every key and list item whose removal leaves `fails` true.

    Large parts are tried first. After `MOST_TRIES` calls of `fails` the smallest found so far is returned.
    """
    smallest: Any = dict(values)
    tries = 0
    progress = True
    while progress:
        progress = False
        for candidate in _without_one_part(smallest):
            if tries == MOST_TRIES:
                return dict(smallest)
            tries += 1
            if fails(candidate):
                smallest, progress = candidate, True
                break
    return dict(smallest)


def _without_one_part(node: Any) -> Iterator[Any]:
    """`node` without one of its parts, parts of the top first: a half of them, a quarter and so on, then each alone."""
    if isinstance(node, Mapping):
        for keys in _without_some(list(node)):
            yield {key: node[key] for key in keys}
        for key, child in node.items():
            for smaller in _without_one_part(child):
                yield {**node, key: smaller}
    elif isinstance(node, list):
        yield from _without_some(node)
        for index, child in enumerate(node):
            for smaller in _without_one_part(child):
                yield [*node[:index], smaller, *node[index + 1 :]]


def _without_some(items: list[Any]) -> Iterator[list[Any]]:
    """The list without a run of its items, the longest runs first.

    >>> list(_without_some([1, 2, 3]))
    [[2, 3], [1, 3], [1, 2]]
    """
    size = len(items) // 2 or len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2
