"""The filter lua: a function of a script decides what becomes of a record.

A null is left out, as in the real program without `enable_flb_null`. Keys in `Type_Int_Key` become whole numbers.
Source: Fluent Bit manual, Lua filter.
"""

from pathlib import Path
from typing import Any

from lupa import LuaError, LuaRuntime, lua_type

from ..configuration import Section
from ..errors import ConfigurationError
from ..events import Event

_DROP, _KEEP = -1, 0


class Lua:
    """`Script`, `Call` and `Type_Int_Key`."""

    def __init__(self, section: Section) -> None:
        path = Path(section.get("script"))
        if not path.is_file():
            raise ConfigurationError(f"lua: cannot access script '{path}'")
        # Bytes go through as they are: a text may be cut within a character.
        self._lua = LuaRuntime(unpack_returned_tuples=True, encoding=None)
        self._lua.execute(path.read_bytes())
        self._call = self._lua.globals()[section.get("call").encode()]
        if self._call is None:
            raise ConfigurationError(f"lua: function {section.get('call')} is not found")
        self._whole = set(section.get("type_int_key").split())

    def __call__(self, tag: str, event: Event) -> Event | None:
        try:
            code, moment, record = self._call(tag.encode(), event.time, self._table(event.record))
        except LuaError:  # as in the real program, which goes on with the record as it is
            return event
        if code == _DROP:
            return None
        if code == _KEEP:
            return event
        values = {
            key: int(value) if key in self._whole and isinstance(value, float) else value
            for key, value in _plain(record).items()
        }
        return Event(moment if code == 1 else event.time, values)

    def _table(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._lua.table_from(
                {key.encode(): self._table(one) for key, one in value.items() if one is not None}
            )
        if isinstance(value, list):
            return self._lua.table_from([self._table(one) for one in value])
        return value.encode() if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A Lua value as Python's; a table with the keys 1 to n is a list."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if lua_type(value) != "table":
        return value
    keys = list(value.keys())
    if keys and keys == list(range(1, len(keys) + 1)):
        return [_plain(value[key]) for key in keys]
    return {_plain(key): _plain(one) for key, one in value.items()}
