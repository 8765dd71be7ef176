"""A chart with other commands in the pipelines of its templates, and of those of its subcharts."""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chartgate.releases.probes.edits import Edits
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Node, Pipeline
from chartgate.tools.templates.parser import parse

_TEMPLATE = re.compile(r"(.*/)?templates/.*")
_PACKED = re.compile(r"(.*/)?charts/[^/]+\.tgz")


@dataclass(frozen=True)
class Rewriting:
    """A change of pipelines.

    Args:
        maybe: what a file contains that has something to change.
        change: changes a pipeline, and yields the commands that it changes.
    """

    maybe: re.Pattern[bytes]
    change: Callable[[Pipeline, Edits], Iterator[Node]]

    def applied(self, chart: ChartFiles) -> tuple[ChartFiles, frozenset[str]]:
        """The chart with the change, and the changed lines, as Helm's messages name them: "templates/a.yaml:3:".

        A template that Helm cannot parse stays as it is. Without a change, the chart is the same object.
        """
        changed: set[str] = set()
        contents = {name: self._file(content, name, changed) for name, content in chart.contents.items()}
        return (ChartFiles(chart.folder, contents) if changed else chart), frozenset(changed)

    def _file(self, content: bytes, name: str, changed: set[str]) -> bytes:
        """A file with the change; `changed` gets the changed lines. `name` is its path in the chart."""
        if _PACKED.fullmatch(name):
            return self._archive(content, name.rpartition("/")[0], changed)
        if not _TEMPLATE.fullmatch(name) or not self.maybe.search(content):
            return content
        try:
            tree = parse(content)
        except TemplateError:
            return content
        edits = Edits()
        for node in tree.walk():
            if isinstance(node, Pipeline):
                for place in self.change(node, edits):
                    line = content.count(b"\n", 0, place.start) + 1
                    changed.add(f"{name}:{line}:")
        return edits.applied(content)

    def _archive(self, archive: bytes, folder: str, changed: set[str]) -> bytes:
        """The archive of a subchart with the change; the same bytes where nothing changes or it cannot be read."""
        found: set[str] = set()
        written = io.BytesIO()
        try:
            with (
                tarfile.open(fileobj=io.BytesIO(archive)) as before,
                gzip.GzipFile(fileobj=written, mode="wb", compresslevel=1, mtime=0) as compressed,
                tarfile.open(fileobj=compressed, mode="w") as after,
            ):
                for entry in before:
                    opened = before.extractfile(entry) if entry.isfile() else None
                    content = opened.read() if opened else b""
                    content = self._file(content, f"{folder}/{entry.name}", found) if opened else content
                    entry.size = len(content)
                    after.addfile(entry, io.BytesIO(content))
        except (tarfile.TarError, OSError, EOFError, zlib.error):
            return archive  # Helm says what is wrong with it
        changed |= found
        return written.getvalue() if found else archive
