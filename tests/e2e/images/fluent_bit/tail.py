"""The input tail: follows files by pattern, through rotation, from where it stopped."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import glob
from pathlib import Path
from typing import BinaryIO

from .configuration import Section, size
from .errors import ConfigurationError
from .events import Event
from .multiline import MultilineParser
from .parser import JsonParser
from .positions import Positions

READ_BYTES = 1 << 20  # at most from one file at a time, so that none waits for another


@dataclass
class _File:
    inode: int
    path: str
    handle: BinaryIO
    position: int
    inside_long_line: bool = False
    at_end: bool = False
    gone_since: float | None = None
    size: int = 0
    grew: float = 0.0


@dataclass(frozen=True)
class Chunk:
    """Events of one file. `delivered` says that they arrived: a restart goes on behind them."""

    tag: str
    events: list[Event]
    delivered: Callable[[], None]


class Tail:
    """What the real plugin does with polling in place of inotify (its `Inotify_Watcher Off`)."""

    def __init__(
        self,
        section: Section,
        parser: JsonParser | None,
        multiline: MultilineParser | None = None,
        tag: str = "tail.0",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tag = section.get("tag", tag)
        self._multiline = multiline
        self._patterns = _list(section.get("path"))
        self._excluded = _list(section.get("exclude_path"))
        self._path_key = section.get("path_key")
        self._parser = parser
        self._from_head = section.switch("read_from_head", False)
        self._refresh = _seconds(section.get("refresh_interval", "60"))
        self._rotate_wait = section.number("rotate_wait", 5)
        self._skip_long = section.switch("skip_long_lines", False)
        self._longest = size(section.get("buffer_max_size", "32k"), "32k")
        self._positions = Positions(section.get("db"))
        self._clock = clock
        self._files: dict[int, _File] = {}
        self._next_scan = clock()
        self._first = True

    def collect(self, *, rescan: bool = False) -> list[Chunk]:
        """Everything that is new, in complete lines."""
        if rescan or self._clock() >= self._next_scan:
            self._scan()
        chunks = [chunk for file in list(self._files.values()) for chunk in self._read(file, last=rescan)]
        renamed = [file for file in list(self._files.values()) if self._is_renamed(file)]
        if renamed:  # another file may have the old name already
            self._scan()
        return chunks

    def close(self) -> None:
        for file in self._files.values():
            file.handle.close()
        self._positions.close()

    def _scan(self) -> None:
        self._next_scan = self._clock() + self._refresh
        found = set()
        names = {name for pattern in self._patterns for name in glob(pattern)}  # noqa: PTH207 (absolute patterns)
        for path in sorted(names):
            if not self._excludes(path):
                found |= self._open(path)
        if self._first:
            self._positions.keep_only(found)
            self._first = False

    def _open(self, path: str) -> set[int]:
        """The file's number, if it can be read at all."""
        try:
            handle = Path(path).open("rb")  # noqa: SIM115 (stays open)
        except (FileNotFoundError, IsADirectoryError):  # rotation was quicker
            return set()
        inode = os.fstat(handle.fileno()).st_ino
        if inode in self._files:
            self._files[inode].path = path
            self._files[inode].gone_since = None
            handle.close()
            return {inode}
        position = self._positions.get(inode)
        if position is None:
            # What is born later is read from its head in any case.
            position = 0 if self._from_head or not self._first else os.fstat(handle.fileno()).st_size
            self._positions.begin(inode, position)
        self._files[inode] = _File(inode, path, handle, position)
        return {inode}

    def _is_renamed(self, file: _File) -> bool:
        """Whether the file has another name since the last look. Follows it; forgets it when it is gone and read."""
        try:
            if Path(file.path).stat().st_ino == file.inode:
                return False
        except FileNotFoundError:
            pass
        # On Linux the descriptor tells the file's present name.
        target = str(Path(f"/proc/self/fd/{file.handle.fileno()}").readlink())
        moved = file.gone_since is None
        file.gone_since = file.gone_since or self._clock()
        deleted = os.fstat(file.handle.fileno()).st_nlink == 0
        if not deleted and self._follows(target):
            file.path, file.gone_since = target, None
        elif file.at_end and ((deleted and not moved) or self._clock() - file.gone_since >= self._rotate_wait):
            file.handle.close()
            del self._files[file.inode]
            if deleted:
                self._positions.drop(file.inode)
        return moved and not deleted

    def _follows(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self._patterns) and not self._excludes(path)

    def _excludes(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self._excluded)

    def _read(self, file: _File, *, last: bool) -> list[Chunk]:
        size = os.fstat(file.handle.fileno()).st_size
        if size < file.position:  # truncated
            file.position = 0
        if size != file.size:
            file.size, file.grew = size, self._clock()
        file.handle.seek(file.position)
        wanted = max(READ_BYTES, self._longest + 1)
        data = file.handle.read(wanted)
        file.at_end = len(data) < wanted
        if file.inside_long_line:
            _, newline, rest = data.partition(b"\n")
            file.position += len(data) - len(rest)
            file.inside_long_line = not newline
            data = rest
        end = data.rfind(b"\n") + 1
        if not end:
            if len(data) > self._longest and self._skip_long:
                file.position += len(data)
                file.inside_long_line = True
            return []
        texts = self._joined(file, _lines(data[:end]), last=last)
        file.position += sum(map(len, texts))
        events = [self._event(text, file) for text in map(_text, texts) if len(text) <= self._longest]
        inode, position = file.inode, file.position
        return [Chunk(self._tag, events, lambda: self._positions.advance(inode, position))] if texts else []

    def _joined(self, file: _File, lines: list[bytes], *, last: bool) -> list[bytes]:
        """The lines, or the groups of a multiline parser: the last one waits, since more of its lines may come."""
        if self._multiline is None:
            return lines
        texts, start = [], 0
        for group in self._multiline.join([_text(line) for line in lines]):
            texts.append(b"".join(lines[start : start + len(group)]))
            start += len(group)
        waits = not last and self._clock() - file.grew < self._multiline.flush_seconds
        return texts[:-1] if waits else texts

    def _event(self, line: str, file: _File) -> Event:
        event = self._parser.parse(line) if self._parser else None
        event = event or Event(time.time(), {"log": line})
        return Event(event.time, {self._path_key: file.path, **event.record}) if self._path_key else event


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _lines(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def _seconds(text: str) -> float:
    """A time as the real program reads it: seconds, a point, and nanoseconds.

    Raises:
        ConfigurationError: it is not such a time, or 0.
    """
    found = re.match(r"(\d+)(?:\.(\d+))?", text)
    seconds = int(found[1]) + int(found[2] or 0) / 1e9 if found else 0
    if not seconds:
        raise ConfigurationError(f"invalid 'refresh_interval' config value ({text})")
    return seconds
