"""A chart that differs in nothing but its version, as the next release of it would."""

import re

from chartgate.tools.chart_files import ChartFiles

NEXT = "999.0.0"
_VERSION = re.compile(r"^version:.*$", re.MULTILINE)


def next_version(files: ChartFiles) -> ChartFiles:
    """The same files with another version in Chart.yaml."""
    name = "Chart.yaml"
    return files.with_file(name, _VERSION.sub(f"version: {NEXT}", files.text(name)).encode())
