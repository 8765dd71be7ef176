"""The cache outside the repository. A file in it is whole or absent: an interrupt leaves nothing half-written."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from filelock import FileLock
from platformdirs import user_cache_path

from chartgate.errors import GateError

T = TypeVar("T")


def cache_folder(*parts: str) -> Path:
    """The cache folder, or one inside it, made if absent.

    On Linux `$XDG_CACHE_HOME/chartgate`, else `~/.cache/chartgate` (XDG Base Directory Specification); elsewhere where
    the system wants it.

    Raises:
        GateError: the folder cannot be made.
    """
    try:
        folder = user_cache_path("chartgate", appauthor=False).joinpath(*parts)
    except RuntimeError as error:
        raise GateError("there is no home folder for the cache: set XDG_CACHE_HOME to a writable folder") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GateError(
            f"cannot make the cache folder {folder}: {error.strerror}: set XDG_CACHE_HOME to a writable folder"
        ) from error
    return folder


def load(path: Path, model: type[T]) -> T | None:
    """What a JSON file in the cache holds; None where it is absent, damaged, or not of the type `model`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=model)
    except (OSError, ValueError):
        return None


def made_once(path: Path, model: type[T], make: Callable[[], None]) -> T:
    """What a JSON file in the cache holds; `make` writes it where it is absent or damaged.

    Raises:
        GateError: the file still cannot be read after it was made; or `make` raises it.
    """
    found = load(path, model)
    if found is None:
        with made_by_one(path):
            found = load(path, model)
            if found is None:
                make()
                found = load(path, model)
    if found is None:
        raise GateError(f"{path}: cannot be read although it was just written: remove it, and try again")
    return found


@contextmanager
def made_by_one(path: Path) -> Iterator[None]:
    """Keeps other threads and other runs of the gate out while a file or a folder of the cache is made.

    A thread or a run that has waited must first check whether the file or folder exists now.
    """
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield


def write_whole(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    mode: int = 0o600,
    remedy: str = "free disk space or set XDG_CACHE_HOME",
) -> None:
    """Write `content` to `path` in one step, through a temporary file beside it.

    Args:
        content: all of it, or its pieces in order.
        remedy: what to do where it cannot be written.

    Raises:
        GateError: the folder cannot be written or the disk is full.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines([content] if isinstance(content, bytes) else content)
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GateError(f"cannot write {path}: {error.strerror}: {remedy}") from error


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder (mode 0700) that is removed again, also after an interrupt."""
    with tempfile.TemporaryDirectory(prefix="chartgate-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
