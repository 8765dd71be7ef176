"""The MessagePack of the stand-in for Fluent Bit is that of the specification."""

import io
from typing import Any

import pytest

from tests.e2e.images.fluent_bit.msgpack import EventTime, pack, unpack


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (-1, "d3ffffffffffffffff"),
        (1.5, "cb3ff8000000000000"),
        ("ü", "db00000002c3bc"),
        (None, "c0"),
        ([True], "dd00000001c3"),
        ({"": False}, "df00000001db00000000c2"),
        (EventTime(1.5), "d700000000011dcd6500"),
    ],
)
def test_messagepack_is_written_as_specified(value: Any, packed: str) -> None:
    assert pack(value).hex() == packed


@pytest.mark.parametrize(
    ("packed", "value"), [("92a161c0", ["a", None]), ("81a16201", {"b": 1}), ("c40178", b"x"), ("dc0001ff", [-1])]
)
def test_messagepack_is_read_as_specified(packed: str, value: Any) -> None:
    assert unpack(io.BytesIO(bytes.fromhex(packed))) == value
