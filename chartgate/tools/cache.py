"""The cache outside the repository. A file in it is whole or absent: an interrupt leaves nothing half-written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chartgate.errors import GateError


def cache_folder(*parts: str) -> Path:
    """The cache folder, or one inside it, made if absent.

    `$XDG_CACHE_HOME/chartgate`, else `~/.cache/chartgate` (XDG Base Directory Specification).

    Raises:
        GateError: the folder cannot be made.
    """
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home, "chartgate", *parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GateError(
            f"cannot make the cache folder {folder}: {error.strerror}: set XDG_CACHE_HOME to a writable folder"
        ) from error
    return folder


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` to `path` in one step, through a temporary file beside it.

    Raises:
        GateError: the folder cannot be written or the disk is full.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GateError(f"cannot write {path}: {error.strerror}: free disk space or set XDG_CACHE_HOME") from error


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder (mode 0700) that is removed again, also after an interrupt."""
    with tempfile.TemporaryDirectory(prefix="chartgate-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
