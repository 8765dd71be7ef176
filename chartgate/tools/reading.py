"""Files, each read once: who asks again gets the same content, and one digest covers all that was read."""

import hashlib
import os
import stat
from pathlib import Path

from chartgate.errors import GateError


class Reading:
    """What was read, and which files were not there."""

    def __init__(self) -> None:
        self._contents: dict[Path, bytes | None] = {}

    def content(self, path: Path, *, may_be_pipe: bool = False) -> bytes | None:
        """The content of a file; None when there is no such file, or it is a folder.

        Args:
            may_be_pipe: also read what is not a regular file, such as /dev/fd/63: the user has named it.

        Raises:
            GateError: the file cannot be read, or is not a regular file.
        """
        if path not in self._contents:
            self._contents[path] = _content(path, may_be_pipe=may_be_pipe)
        return self._contents[path]

    def text(self, path: Path, *, may_be_pipe: bool = False) -> str | None:
        """The content of a text file in UTF-8; None when there is no such file. `may_be_pipe` is that of `content`.

        Raises:
            GateError: the file cannot be read, or is not UTF-8.
        """
        content = self.content(path, may_be_pipe=may_be_pipe)
        if content is None:
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise GateError(f"{shown(path)}: is not text in UTF-8 ({error.reason} at byte {error.start})") from error

    @property
    def digest(self) -> str:
        """Hash of the name and the content of all that was read, and of the names of what was not there."""
        return self.digest_without()

    def digest_without(self, *paths: Path) -> str:
        """The same without some of the files."""
        digest = hashlib.sha256()
        for name, content in sorted(self._contents.items()):
            if name in paths:
                continue
            digest.update(os.fsencode(name) + b"\0" + (b"" if content is None else hashlib.sha256(content).digest()))
        return digest.hexdigest()


def shown(path: Path) -> str:
    """A path as one line that can be printed: line breaks and bytes that are no text are escaped."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in str(path))


def _content(path: Path, *, may_be_pipe: bool) -> bytes | None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return None
        if not stat.S_ISREG(mode) and not may_be_pipe:
            raise GateError(f"{shown(path)}: is {_kind(mode)}, not a regular file: remove it")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GateError(f"{shown(path)}: cannot be read: {error.strerror}: make it readable") from error


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
