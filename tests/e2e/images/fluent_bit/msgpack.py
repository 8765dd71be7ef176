"""MessagePack, as much of it as the forward protocol needs. Source: MessagePack specification."""

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO


@dataclass(frozen=True)
class EventTime:
    """The forward protocol's time: extension type 0, seconds and nanoseconds since the epoch."""

    moment: float


def pack(value: Any) -> bytes:
    """A value of JSON, bytes or an EventTime.

    Raises:
        TypeError: it is of another type.
    """
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, EventTime):
        seconds, rest = divmod(round(value.moment * 1_000_000_000), 1_000_000_000)
        return struct.pack(">BBII", 0xD7, 0, seconds, rest)
    if isinstance(value, str):
        return struct.pack(">BI", 0xDB, len(value.encode())) + value.encode()
    if isinstance(value, bytes):
        return struct.pack(">BI", 0xC6, len(value)) + value
    if isinstance(value, list):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        pairs = (pack(key) + pack(one) for key, one in value.items())
        return struct.pack(">BI", 0xDF, len(value)) + b"".join(pairs)
    raise TypeError(f"{type(value).__name__} has no form in MessagePack")


def _integer(value: int) -> bytes:
    if -(1 << 63) <= value < 1 << 63:
        return struct.pack(">Bq", 0xD3, value)
    if 0 <= value < 1 << 64:
        return struct.pack(">BQ", 0xCF, value)
    return pack(float(value))


_SIZED = {  # first byte: (what, format of the length)
    0xC4: ("bytes", "B"), 0xC5: ("bytes", "H"), 0xC6: ("bytes", "I"),
    0xD9: ("text", "B"), 0xDA: ("text", "H"), 0xDB: ("text", "I"),
    0xDC: ("list", "H"), 0xDD: ("list", "I"), 0xDE: ("map", "H"), 0xDF: ("map", "I"),
}  # fmt: skip
_FIXED = {
    0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q",
}  # fmt: skip
_ONE = {0xC0: None, 0xC2: False, 0xC3: True}


def unpack(stream: BinaryIO) -> Any:
    """The next value of a stream: what the receiver answers.

    Raises:
        EOFError: the stream ends.
        ValueError: a form that no answer has.
    """
    first = _exactly(stream, 1)[0]
    if first < 0x80 or first >= 0xE0:
        return first if first < 0x80 else first - 0x100
    if first in _ONE:
        return _ONE[first]
    if first in _FIXED:
        return _number(stream, _FIXED[first])
    if first < 0x90:
        return _contents(stream, "map", first & 0x0F)
    if first < 0xA0:
        return _contents(stream, "list", first & 0x0F)
    if first < 0xC0:
        return _contents(stream, "text", first & 0x1F)
    if first in _SIZED:
        what, form = _SIZED[first]
        return _contents(stream, what, int(_number(stream, form)))
    raise ValueError(f"MessagePack: first byte {first:#x} is not expected")


def _contents(stream: BinaryIO, what: str, length: int) -> Any:
    if what == "map":
        return {unpack(stream): unpack(stream) for _ in range(length)}
    if what == "list":
        return [unpack(stream) for _ in range(length)]
    data = _exactly(stream, length)
    return data.decode() if what == "text" else data


def _number(stream: BinaryIO, form: str) -> Any:
    return struct.unpack(f">{form}", _exactly(stream, struct.calcsize(form)))[0]


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError("the receiver closed the connection")
    return data
