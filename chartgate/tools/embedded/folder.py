"""A chart on disk for Helm's library to read, with other content in some of its files."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

SCHEMA = "values.schema.json"
Changes = Mapping[str, bytes]
"""The content of changed files by their paths in the chart."""


class Folder:
    """The folder of a chart, and copies of it, which consist of links to its files.

    Helm reads a chart in a fraction of the time that a copy takes. So a changed chart gets no copy of its own: its
    files are put into a copy while Helm reads it.

    Args:
        original: a folder that nobody changes.
        scratch: an empty folder for the copies.
    """

    def __init__(self, original: Path, scratch: Path) -> None:
        self.original, self.scratch = original, scratch

    @contextmanager
    def whole(self, changes: Changes) -> Iterator[Path]:
        """The chart with all of its files."""
        if changes:
            with self._changed(self._whole, changes) as folder:
                yield folder
        else:
            yield self.original

    @contextmanager
    def bare(self, changes: Changes) -> Iterator[Path]:
        """The chart without schemas."""
        some = {name: content for name, content in changes.items() if Path(name).name != SCHEMA}
        with self._changed(self._bare, some) as folder:
            yield folder

    @cached_property
    def _whole(self) -> Path:
        return self._linked("whole")

    @cached_property
    def _bare(self) -> Path:
        return self._linked("bare", SCHEMA)

    def _linked(self, name: str, *without: str) -> Path:
        folder = self.scratch / name
        ignored = shutil.ignore_patterns(*without)
        return Path(shutil.copytree(self.original, folder, ignore=ignored, copy_function=_link))

    @contextmanager
    def _changed(self, folder: Path, changes: Changes) -> Iterator[Path]:
        try:
            for name, content in changes.items():
                # Without this, the content of the original would change.
                (folder / name).unlink()
                (folder / name).write_bytes(content)
            yield folder
        finally:
            for name in changes:
                (folder / name).unlink(missing_ok=True)
                _link(str(self.original / name), str(folder / name))


def _link(source: str, target: str) -> None:
    """Make a file a hard link to another one that nobody changes: a copy takes ten times as long on most disks."""
    try:
        os.link(source, target)
    except OSError:  # on another file system, for instance
        shutil.copyfile(source, target)
