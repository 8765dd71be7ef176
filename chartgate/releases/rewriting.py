"""A chart with other commands in the pipelines of its templates, and of those of its subcharts."""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
        found = {name: _file(self, content, name) for name, content in chart.contents.items()}
        changed = frozenset(line for file in found.values() for line in file.lines)
        contents = {name: file.content for name, file in found.items()}
        return (ChartFiles(chart.folder, contents) if changed else chart), changed


@dataclass(frozen=True)
class _File:
    """A file after the change, and the changed lines."""

    content: bytes
    lines: frozenset[str] = frozenset()


def _file(rewriting: Rewriting, content: bytes, name: str) -> _File:
    """A file with the change. `name` is its path in the chart."""
    if _PACKED.fullmatch(name):
        return _archive(rewriting, content, name.rpartition("/")[0])
    if not _TEMPLATE.fullmatch(name) or not _contains(content, rewriting.maybe):
        return _File(content)
    return _template(rewriting, content, name)


# Nearly all files of a mutant are those of the chart.
@lru_cache(maxsize=1024)
def _contains(content: bytes, pattern: re.Pattern[bytes]) -> bool:
    return pattern.search(content) is not None


@lru_cache(maxsize=256)
def _template(rewriting: Rewriting, content: bytes, name: str) -> _File:
    try:
        tree = parse(content)
    except TemplateError:
        return _File(content)
    edits = Edits()
    pipelines = (node for node in tree.walk() if isinstance(node, Pipeline))
    places = [place for pipeline in pipelines for place in rewriting.change(pipeline, edits)]
    lines = (content.count(b"\n", 0, place.start) + 1 for place in places)
    return _File(edits.applied(content), frozenset(f"{name}:{line}:" for line in lines))


@lru_cache(maxsize=16)
def _archive(rewriting: Rewriting, archive: bytes, folder: str) -> _File:
    """The archive of a subchart with the change; the same bytes where nothing changes or it cannot be read."""
    lines: set[str] = set()
    written = io.BytesIO()
    try:
        with (
            tarfile.open(fileobj=io.BytesIO(archive)) as before,
            gzip.GzipFile(fileobj=written, mode="wb", compresslevel=1, mtime=0) as compressed,
            tarfile.open(fileobj=compressed, mode="w") as after,
        ):
            for entry in before:
                opened = before.extractfile(entry) if entry.isfile() else None
                file = _file(rewriting, opened.read() if opened else b"", f"{folder}/{entry.name}")
                lines |= file.lines
                entry.size = len(file.content)
                after.addfile(entry, io.BytesIO(file.content))
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        return _File(archive)  # Helm says what is wrong with it
    return _File(written.getvalue(), frozenset(lines)) if lines else _File(archive)
