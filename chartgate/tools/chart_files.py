"""The files of a chart that Helm reads, read once; everything that renders the chart or looks at its files has these.

Source: pkg/chart/loader/directory.go and internal/sympath/walk.go in helm/helm.
"""

import hashlib
import os
import re
import stat
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools import helmignore
from chartgate.tools.cache import cache_folder
from chartgate.tools.helmignore import HelmIgnore
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.reading import Reading, shown

_SUBCHART = re.compile(r"charts/([^/]+)/Chart\.yaml")


@dataclass(frozen=True, eq=False)
class ChartFiles:
    """The files by their path inside the chart, such as "templates/service.yaml"; `folder` is where they were read."""

    folder: Path
    contents: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """Hash of the names and the contents: equal digests are rendered equally."""
        digest = hashlib.sha256()
        for name, content in sorted(self.contents.items()):
            digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()

    def text(self, name: str) -> str:
        """The text of a file, empty where there is none; bytes that are not UTF-8 become replacement characters."""
        return self.contents.get(name, b"").decode("utf-8", errors="replace")

    def mapping(self, name: str) -> Mapping[str, Any]:
        """The mapping in a YAML file; empty where there is none: Helm says what is wrong with such a file."""
        return _mapping(self.contents.get(name, b""))

    def dependencies(self, name: str = "Chart.yaml") -> list[Mapping[str, Any]]:
        """The dependencies that Chart.yaml, or another file such as Chart.lock, lists.

        What is not a mapping is left out: Helm says what is wrong with it.
        """
        listed = self.mapping(name).get("dependencies")
        return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []

    @cached_property
    def subcharts(self) -> Mapping[str, Mapping[str, Any]]:
        """What Chart.yaml of each unpacked subchart says, by the name of its folder in charts/."""
        found = {match[1]: name for name in self.contents if (match := _SUBCHART.fullmatch(name))}
        return {folder: self.mapping(name) for folder, name in sorted(found.items())}

    @cached_property
    def template_texts(self) -> list[str]:
        """The texts of the templates, and of all else in templates/, of the chart and of its unpacked subcharts."""
        return [self.text(name) for name in self.contents if is_template(name)]

    @cached_property
    def kube_version(self) -> str:
        """The Kubernetes versions that Chart.yaml allows, as a range; empty for any."""
        return str(self.mapping("Chart.yaml").get("kubeVersion") or "")

    @property
    def packed_subcharts(self) -> list[str]:
        """The paths of the archives in charts/, sorted."""
        return sorted(name for name in self.contents if re.fullmatch(r"charts/[^/]+\.tgz", name))

    def with_file(self, name: str, content: bytes) -> "ChartFiles":
        """The same chart with another content of one file."""
        return ChartFiles(self.folder, {**self.contents, name: content})

    @cached_property
    def copy(self) -> Path:
        """A folder in the cache that holds exactly these files, for Helm. Nobody may change it.

        Raises:
            GateError: the folder cannot be written.
        """
        with _copying:
            return _copy(self)


def is_template(name: str) -> bool:
    """Whether a path in a chart is in templates/ of the chart or of an unpacked subchart."""
    return re.match(r"(charts/[^/]+/)*templates/", name) is not None


def read_chart_files(folder: Path, reading: Reading | None = None) -> ChartFiles:
    """The files in the chart's folder that Helm would read: without those of `.helmignore`, and through symbolic links.

    Args:
        reading: what is read anyway, so that nothing is read twice.

    Raises:
        GateError: a file cannot be read, is not a regular file or has a line break in its name; a symbolic link leads
            nowhere or back to a folder that it is in; or Helm refuses a rule of `.helmignore`.
    """
    reading = reading or Reading()
    rules = helmignore.rules_of(reading.text(folder / helmignore.FILE_NAME) or "")
    contents = {}
    for name, path in _walk(folder, "", rules, (_identity(_status(folder)),)):
        content = reading.content(path)
        if content is None:
            raise GateError(f"{shown(path)}: was removed while the chart was read: run again")
        # Helm removes it, too. In the middle of a changed template it would be text.
        contents[name] = content.removeprefix(BOM_UTF8)
    return ChartFiles(folder, contents)


# Changed copies of a chart have most files in common.
@lru_cache(maxsize=128)
def _mapping(content: bytes) -> Mapping[str, Any]:
    try:
        data, _ = read_values(content)
    except (UnicodeDecodeError, yaml.YAMLError):
        return {}
    return data if isinstance(data, dict) else {}


_Identity = tuple[int, int]
"""Device and inode of a folder."""


def _walk(folder: Path, within: str, rules: HelmIgnore, above: tuple[_Identity, ...]) -> Iterator[tuple[str, Path]]:
    """The path inside the chart and the path on disk of each file that Helm reads; `above` are the folders around."""
    for path in _entries(folder):
        name = f"{within}{path.name}"
        status = _status(path)
        is_folder = stat.S_ISDIR(status.st_mode)
        if rules.ignores(name, is_folder=is_folder):
            continue
        if "\n" in name or "\r" in name:
            raise GateError(f"{shown(path)}: has a line break in its name: rename it, or list it in .helmignore")
        if not is_folder:
            yield name, path
            continue
        identity = _identity(status)
        if identity in above:
            raise GateError(f"{shown(path)}: is a symbolic link to a folder that it is in: remove it, or ignore it")
        yield from _walk(path, f"{name}/", rules, (*above, identity))


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise GateError(f"{shown(folder)}: cannot be read: {error.strerror}: name a folder that can be read") from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        # Helm follows links before it looks into .helmignore.
        if path.is_symlink():
            target = shown(path.readlink())
            raise GateError(
                f"{shown(path)}: is a symbolic link to {target}, which cannot be followed ({error.strerror}), and Helm "
                "refuses such a chart: correct the link or remove it"
            ) from error
        if isinstance(error, FileNotFoundError):
            raise GateError(f"{shown(path)}: was removed while the chart was read: run again") from error
        raise GateError(f"{shown(path)}: cannot be read: {error.strerror}: make it readable") from error


_copying = threading.Lock()


def _copy(files: ChartFiles) -> Path:
    folder = cache_folder("charts") / files.digest
    if _holds(folder, files.contents):
        with suppress(OSError):  # a cache that can only be read is good enough
            os.utime(folder)  # the age of what is in use starts anew
        return folder
    try:
        with TemporaryDirectory(dir=folder.parent, prefix=".part-", ignore_cleanup_errors=True) as unfinished:
            _write(Path(unfinished, "whole"), files.contents)
            if folder.exists():
                folder.rename(Path(unfinished, "damaged"))
            Path(unfinished, "whole").rename(folder)
    except OSError as error:
        # Another run may have made it meanwhile.
        if not _holds(folder, files.contents):
            raise GateError(
                f"{shown(files.folder)}: cannot be copied to {folder}: {error.strerror}: free some space there, or set "
                "XDG_CACHE_HOME to another folder"
            ) from error
    return folder


def _holds(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """Whether a folder holds these files and no others."""
    try:
        present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        return (
            folder.is_dir()
            and present == contents.keys()
            and all((folder / name).read_bytes() == contents[name] for name in contents)
        )
    except OSError:
        return False


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
