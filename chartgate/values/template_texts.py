"""The files of a chart that may hold template code."""

import zlib
from collections.abc import Iterator

from chartgate.errors import GateError
from chartgate.tools.archives import members
from chartgate.tools.chart_files import ChartFiles

_DOCUMENTS = (".md", ".gotmpl")
_NO_TEMPLATES = ("ci/", "crds/", "tests/", "unittests/")


def template_texts(files: ChartFiles) -> Iterator[str]:
    """The templates of the chart and its subcharts, and its other files, since `tpl` evaluates any text."""
    for name in files.contents:
        if name in files.packed_subcharts:
            yield from _packed(files.contents[name])
        elif not name.endswith(_DOCUMENTS) and not name.startswith(_NO_TEMPLATES):
            yield files.text(name)


def _packed(archive: bytes) -> Iterator[str]:
    try:
        for _, content in members(archive, "*/templates/*"):
            yield content.decode("utf-8", errors="replace")
    except (GateError, OSError, EOFError, zlib.error):
        return  # Helm refuses it
