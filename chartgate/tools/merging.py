"""Values over values."""

from collections.abc import Mapping
from typing import Any


def merged(base: Any, over: Any) -> Any:
    """Values over values, as Helm lays one file over another: maps are merged, everything else is replaced."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: merged(base[key], value) if key in base else value for key, value in over.items()}}
