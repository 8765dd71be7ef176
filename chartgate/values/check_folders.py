"""The folders of checks that a settings file names, as they were read: nothing of them has run yet."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.reading import Reading, shown


@dataclass(frozen=True)
class CheckFolder:
    """A folder of Python modules, or of checkov's own checks. `contents` are its files by their path on disk."""

    path: Path
    contents: Mapping[Path, bytes]

    @property
    def modules(self) -> list[str]:
        """The names of the modules with a check: those in the folder itself, without an underscore in front."""
        found = (path for path in self.contents if path.parent == self.path and path.suffix == ".py")
        return sorted(path.stem for path in found if not path.stem.startswith("_"))

    @cached_property
    def digest(self) -> str:
        """Hash of the folder and of all that is in it."""
        digest = hashlib.sha256(os.fsencode(self.path.absolute()))
        for path, content in sorted(self.contents.items()):
            digest.update(os.fsencode(path) + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()


def read_check_folders(paths: Iterable[Path], reading: Reading) -> tuple[CheckFolder, ...]:
    """The folders at these paths, without hidden files and Python's caches.

    Raises:
        GateError: a path is no folder, a file cannot be read, or a folder has no module.
    """
    folders = tuple(_read(path, reading, "checks") for path in dict.fromkeys(paths))
    for folder in folders:
        if not folder.modules:
            remedy = "write one, or remove the folder from `checks` in the settings file"
            raise GateError(f"{shown(folder.path)}: has no module with a check: {remedy}")
    return folders


def read_checkov_folders(paths: Iterable[Path], reading: Reading) -> tuple[CheckFolder, ...]:
    """The folders of checkov's external checks at these paths: modules in Python, and policies in YAML or JSON.

    Raises:
        GateError: a path is no folder, a file cannot be read, or a folder has no such file.
    """
    folders = tuple(_read(path, reading, "checkovChecks") for path in dict.fromkeys(paths))
    for folder in folders:
        if not any(path.suffix in {".py", ".yaml", ".yml", ".json"} for path in folder.contents):
            remedy = "write one, or remove the folder from `checkovChecks` in the settings file"
            raise GateError(f"{shown(folder.path)}: has no check for checkov: {remedy}")
    return folders


def _read(path: Path, reading: Reading, setting: str) -> CheckFolder:
    if not path.is_dir():
        raise GateError(f"{shown(path)}: is not a folder: correct `{setting}` in the settings file")
    contents = {}
    for file in sorted(path.rglob("*")):
        within = file.relative_to(path).parts
        if file.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in within):
            content = reading.content(file)
            if content is None:
                raise GateError(f"{shown(file)}: was removed while the folder was read: run again")
            contents[file] = content
    return CheckFolder(path, contents)
