"""Mappings and lists that cannot be changed, so that no check or test can alter what the next one sees.

They stay a `dict` and a `list`: comparisons with plain literals, JSON and schema validators work as usual.
"""

from typing import Any, Never
from weakref import WeakValueDictionary


def _refuse(*_: object, **__: object) -> Never:
    raise TypeError("what was read is shared and cannot be changed: copy it first")


class FrozenDict(dict[str, Any]):
    """A dict that refuses every change."""

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # the builtin has none, since it can be changed
        return hash(tuple(self.items()))


class FrozenList(list[Any]):
    """A list that refuses every change."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = clear = extend = insert = pop = remove = reverse = (
        sort
    ) = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # the builtin has none, since it can be changed
        return hash(tuple(self))


def freeze(value: Any) -> Any:
    """`value` with every mapping and list in it, at any depth, replaced by a frozen copy."""
    if isinstance(value, FrozenDict | FrozenList):
        return value
    if isinstance(value, dict):
        return FrozenDict({str(key): freeze(child) for key, child in value.items()})
    if isinstance(value, list):
        return FrozenList([freeze(child) for child in value])
    return value


_KNOWN: WeakValueDictionary[tuple[Any, ...], FrozenDict | FrozenList] = WeakValueDictionary()
"""What `shared` has returned, by its content, as long as somebody has it."""


def shared(value: Any) -> Any:
    """A frozen value, of which each mapping and list in it is the same object as an equal one of another value."""
    if isinstance(value, FrozenDict):
        parts = [shared(child) for child in value.values()]
        content = (*value, *map(_mark, parts))
        found = _KNOWN.get(content)
        if found is None:
            found = _KNOWN[content] = FrozenDict(zip(value, parts, strict=True))
        return found
    if isinstance(value, FrozenList):
        parts = [shared(child) for child in value]
        content = (None, *map(_mark, parts))
        found = _KNOWN.get(content)
        if found is None:
            found = _KNOWN[content] = FrozenList(parts)
        return found
    return value


def _mark(part: Any) -> Any:
    """What tells a part from all others: equal ones have the same, and 1 and True have not."""
    if isinstance(part, str):
        return part
    return (type(part), id(part) if isinstance(part, dict | list) else repr(part))
