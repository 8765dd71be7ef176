"""Reports as files: whole or not at all. Devices and pipes are written to, and never replaced."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from chartgate.errors import GateError
from chartgate.tools.cache import write_whole

STDOUT = Path("-")
Content = bytes | Iterable[bytes]
"""The content of a file, or its pieces in order."""


def json_file(data: Any) -> bytes:
    """A report in JSON, indented."""
    return _indented(data) + b"\n"


def json_pieces(
    head: Mapping[str, Any], lists: Mapping[str, Iterable[Any]], maps: Mapping[str, Iterable[tuple[str, Any]]]
) -> Iterator[bytes]:
    """A report in JSON, indented, in pieces: one mapping.

    Args:
        head: its first entries.
        lists: further entries; of each list, an item is made and written at a time.
        maps: the last entries; of each mapping, a key with its value is made and written at a time.
    """
    opening = b"{"
    for key, value in head.items():
        yield opening + b"\n " + _indented(key) + b": " + _indented(value, 1)
        opening = b","
    for key, items in lists.items():
        yield opening + b"\n " + _indented(key) + b": "
        yield from _between(b"[", b"]", (_indented(item, 2) for item in items))
        opening = b","
    for key, pairs in maps.items():
        yield opening + b"\n " + _indented(key) + b": "
        yield from _between(b"{", b"}", (_indented(name) + b": " + _indented(value, 2) for name, value in pairs))
        opening = b","
    yield b"\n}\n"


def _between(opening: bytes, closing: bytes, items: Iterable[bytes]) -> Iterator[bytes]:
    before = opening
    for item in items:
        yield before + b"\n  " + item
        before = b","
    yield opening + closing if before == opening else b"\n " + closing


def _indented(data: Any, depth: int = 0) -> bytes:
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    # json itself indents part by part, in Python, which takes three times the time.
    return msgspec.json.format(text, indent=1).replace(b"\n", b"\n" + b" " * depth)


def write_report(path: Path, content: Content) -> None:
    """Write a report, or its pieces one after another.

    A file is written in one step, readable for everybody as build artefacts are. Through a symbolic link, the file that
    it points to is written. A device or a pipe gets the content. `-` is standard output.

    Raises:
        GateError: the folder does not exist or cannot be written, or the reader of a pipe has gone.
    """
    require_writable([path])
    pieces = [content] if isinstance(content, bytes) else content
    try:
        if is_stdout(path):
            sys.stdout.flush()
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
        elif path.exists() and not path.is_file():
            with path.open("wb") as file:
                file.writelines(pieces)
        else:
            write_whole(path.resolve(), pieces, mode=0o644, remedy="free disk space or name another folder")
    except OSError as error:
        name: object = path
        if is_stdout(path):
            name = "standard output"
            # Python flushes standard output when it ends, which would fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise GateError(f"cannot write the report to {name}: {error.strerror}: name another file") from error


def is_stdout(path: Path) -> bool:
    """Whether a report of this name goes to standard output, by `-` or by a device such as /dev/stdout."""
    try:
        return path == STDOUT or os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def require_writable(paths: Iterable[Path]) -> None:
    """Tell before the gate has worked for a minute that its report would have no place.

    Raises:
        GateError: a folder does not exist, a path is a folder itself, or two reports go to standard output.
    """
    paths = list(paths)
    if sum(map(is_stdout, paths)) > 1:
        raise GateError("two reports go to standard output: name a file for one of them")
    for path in paths:
        if path.is_dir():
            raise GateError(f"{path} is a folder: name a file for the report")
        # Of a link that leads nowhere, the file that it points to is made.
        if path != STDOUT and not path.exists() and not path.resolve().parent.is_dir():
            raise GateError(f"cannot write {path}: there is no folder {path.resolve().parent}: make it first")
