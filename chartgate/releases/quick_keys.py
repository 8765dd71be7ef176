"""A chart whose templates generate keys in less than a millisecond: on elliptic curves in place of RSA.

An RSA key takes up to a second, so that a chart which generates keys would spend nearly all time of a run on them. Each
render still generates keys of its own, and certificates are signed as before. Helm programs render the chart as it is,
and the check `engines` compares both.

Source: Masterminds/sprig, crypto.go: `genCAWithKey` and its kin take a key of any kind.
"""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chartgate.releases.probes.edits import Edits
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Command, Function, Node, Pipeline, String
from chartgate.tools.templates.parser import parse

_WITH_KEY = {"genCA": 2, "genSelfSignedCert": 4, "genSignedCert": 5}
"""Functions that generate an RSA key, with the number of their arguments. NAMEWithKey takes a key as one more."""
_SLOW_KINDS = frozenset({"rsa", "dsa"})
_MAYBE = re.compile(rb"\bgen(CA|SelfSignedCert|SignedCert|PrivateKey)\b")
_TEMPLATE = re.compile(r"(.*/)?templates/.*")
_PACKED = re.compile(r"(.*/)?charts/[^/]+\.tgz")


@dataclass(frozen=True)
class QuickKeys:
    """The chart with quick keys. `changed` are the changed lines, as Helm's messages name them: "templates/a.yaml:3:".

    `files` is the chart itself where nothing was changed.
    """

    files: ChartFiles
    changed: frozenset[str]

    def is_about_change(self, message: str) -> bool:
        """Whether a message of Helm is about a line that was changed, so that it may quote the changed text."""
        return any(place in message for place in self.changed)


# Every case of a chart is rendered with it, and a comparison has a chart of its own.
@lru_cache(maxsize=4)
def with_quick_keys(chart: ChartFiles) -> QuickKeys:
    """The chart with quick keys in its templates, and in those of its subcharts.

    A template that Helm cannot parse stays as it is. So does a kind of key that is no literal text.
    """
    changed: set[str] = set()
    contents = {name: _changed_file(content, name, changed) for name, content in chart.contents.items()}
    files = ChartFiles(chart.folder, contents) if changed else chart
    return QuickKeys(files, frozenset(changed))


def _changed_file(content: bytes, name: str, changed: set[str]) -> bytes:
    """A file with quick keys; `changed` gets the changed lines. `name` is its path in the chart."""
    if _PACKED.fullmatch(name):
        return _changed_archive(content, name.rpartition("/")[0], changed)
    if not _TEMPLATE.fullmatch(name) or not _MAYBE.search(content):
        return content
    try:
        tree = parse(content)
    except TemplateError:
        return content
    edits = Edits()
    for node in tree.walk():
        if isinstance(node, Pipeline):
            for place in _change(node, edits):
                line = content.count(b"\n", 0, place.start) + 1
                changed.add(f"{name}:{line}:")
    return edits.applied(content)


def _change(pipeline: Pipeline, edits: Edits) -> Iterator[Node]:
    """Change the commands of a pipeline that generate slow keys, and yield them."""
    for index, command in enumerate(pipeline.commands):
        match command:
            # The key is piped into the function, so a command that is piped into has no place for it.
            case Command(operands=(Function(name=name) as function, *arguments)) if index == 0 and _WITH_KEY.get(
                name
            ) == len(arguments):
                edits.replace(function.start, function.end, f'genPrivateKey "ecdsa" | {name}WithKey')
                yield command
            case Command(operands=(Function(name="genPrivateKey"), String(value=kind) as text)) if kind in _SLOW_KINDS:
                edits.replace(text.start, text.end, '"ecdsa"')
                yield command


def _changed_archive(archive: bytes, folder: str, changed: set[str]) -> bytes:
    """The archive of a subchart with quick keys; the same bytes where nothing changes or where it cannot be read."""
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
                content = _changed_file(content, f"{folder}/{entry.name}", found) if opened else content
                entry.size = len(content)
                after.addfile(entry, io.BytesIO(content))
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        return archive  # Helm says what is wrong with it
    changed |= found
    return written.getvalue() if found else archive
