"""The functions of lists: Kubernetes' own (lists.go), and the extensions of cel-go that Kubernetes has (lists, sets).

The library passes plain values to Python functions, but values inside a list are wrapped. `plain` unwraps them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration

from chartgate.tools.cel.declarations import ANY, BOOL, DYN, INT, LIST, Functions


def add_lists(functions: Functions) -> None:
    """Declare the functions of lists."""
    add = functions.add
    add(
        "isSorted",
        BOOL,
        LIST,
        run=lambda items: all(a <= b for a, b in zip(plain(items), plain(items)[1:], strict=False)),
    )
    add("sum", DYN, LIST, run=_sum)
    add("min", DYN, LIST, run=lambda items: min(_filled(items)))
    add("max", DYN, LIST, run=lambda items: max(_filled(items)))
    add("indexOf", INT, LIST, ANY, run=lambda items, one: _index(plain(items), plain(one)))
    add("lastIndexOf", INT, LIST, ANY, run=_last_index)
    add("slice", LIST, LIST, INT, INT, run=_slice)
    add("flatten", LIST, LIST, run=lambda items: _flat(plain(items), 1))
    add("flatten", LIST, LIST, INT, run=lambda items, depth: _flat(plain(items), depth))
    add("distinct", LIST, LIST, run=_distinct)
    add("sort", LIST, LIST, run=lambda items: sorted(plain(items)))
    add("reverse", LIST, LIST, run=lambda items: plain(items)[::-1])
    add("lists.range", LIST, INT, run=lambda count: [*range(count)], member=False)
    add("sets.contains", BOOL, LIST, LIST, run=lambda a, b: _contains(plain(a), plain(b)), member=False)
    add("sets.equivalent", BOOL, LIST, LIST, run=_equivalent, member=False)
    add("sets.intersects", BOOL, LIST, LIST, run=_intersects, member=False)


def plain(value: Any) -> Any:
    """Unwrap a value of the library, and the values inside it."""
    value = value.plain_value() if hasattr(value, "plain_value") else value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    return [plain(child) for child in value] if isinstance(value, list | tuple) else value


def _filled(items: Any) -> Sequence[Any]:
    found: Sequence[Any] = plain(items)
    if not found:
        raise ValueError("min and max are not defined for an empty list")
    return found


def _sum(items: Any) -> Any:
    found = plain(items)
    if not found or not isinstance(found[0], timedelta):
        return sum(found)
    # Where no type of the result is declared, the library accepts a duration in this form only.
    made = Duration()
    made.FromTimedelta(sum(found, timedelta()))
    return made


def _index(items: Sequence[Any], one: Any) -> int:
    return next((index for index, item in enumerate(items) if _same(item, one)), -1)


def _last_index(items: Any, one: Any) -> int:
    backwards = _index(plain(items)[::-1], plain(one))
    return -1 if backwards < 0 else len(items) - 1 - backwards


def _same(a: Any, b: Any) -> bool:
    """Equality as in CEL, where true is not 1."""
    return isinstance(a, bool) is isinstance(b, bool) and bool(a == b)


def _slice(items: Any, start: int, end: int) -> Any:
    found = plain(items)
    if not 0 <= start <= end <= len(found):
        raise ValueError(f"cannot slice({start}, {end}), list is length {len(found)}")
    return found[start:end]


def _flat(items: Sequence[Any], depth: int) -> list[Any]:
    if depth <= 0:
        return [*items]
    return [part for item in items for part in (_flat(item, depth - 1) if isinstance(item, list) else [item])]


def _distinct(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in plain(items):
        if _index(found, item) < 0:
            found.append(item)
    return found


def _contains(items: Sequence[Any], some: Sequence[Any]) -> bool:
    return all(_index(items, one) >= 0 for one in some)


def _equivalent(a: Any, b: Any) -> bool:
    return _contains(plain(a), plain(b)) and _contains(plain(b), plain(a))


def _intersects(a: Any, b: Any) -> bool:
    return any(_index(plain(a), one) >= 0 for one in plain(b))
