"""The first texts of a list that is too long for a sentence."""

from collections.abc import Sequence


def some_of(texts: Sequence[str], most: int, separator: str = ", ") -> str:
    """The first texts, and the number of the others.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    >>> some_of(["a", "b", "c"], 2, "; ")
    'a; b; and 1 more'
    """
    left = len(texts) - most
    before = " " if separator == ", " else separator
    return separator.join(texts[:most]) + (f"{before}and {left} more" if left > 0 else "")
