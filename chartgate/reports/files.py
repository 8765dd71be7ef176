"""Reports as files: whole or not at all."""

from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.cache import write_whole


def write_report(path: Path, content: bytes) -> None:
    """Write a report in one step, readable for everybody as build artefacts are.

    Raises:
        GateError: the folder does not exist or cannot be written.
    """
    require_writable(path)
    write_whole(path, content, mode=0o644)


def require_writable(path: Path) -> None:
    """Tell before the gate has worked for a minute that its report would have no place.

    Raises:
        GateError: the folder does not exist, or `path` is a folder itself.
    """
    if path.is_dir():
        raise GateError(f"{path} is a folder: name a file for the report")
    if not path.parent.is_dir():
        raise GateError(f"cannot write {path}: there is no folder {path.parent}: make it first")
