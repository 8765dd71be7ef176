"""A chart that is named by where it is published, in the way that `helm pull` names it."""

import re
from dataclasses import dataclass
from pathlib import Path

from chartgate.tools.helm_pull import has_repository

SCHEMES = ("oci://", "https://", "http://")
"""What a reference begins with, unless it names a repository that Helm knows."""
_REPOSITORY = re.compile(r"(?P<repository>[\w.-]+)/[\w.-]+")
_VERSION = re.compile(r"(?P<chart>[^@]*[^:/@]):(?P<version>[^:/@]+)")


@dataclass(frozen=True)
class ChartReference:
    """A published chart.

    Attributes:
        chart: what `helm pull` takes: `oci://HOST/PATH`, `REPOSITORY/NAME`, or the address of an archive.
        version: the version that stands behind a colon; empty for the newest one.
    """

    chart: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.chart}:{self.version}" if self.version else self.chart


def chart_argument(text: str) -> Path | ChartReference:
    """What an argument names: a reference, or the path of a folder or an archive.

    A path that exists wins over a repository of the same name.

    >>> chart_argument("oci://registry.example.com/charts/relay:1.2.3")
    ChartReference(chart='oci://registry.example.com/charts/relay', version='1.2.3')
    """
    found = _VERSION.fullmatch(text)
    chart, version = (found["chart"], found["version"]) if found else (text, "")
    if text.startswith(SCHEMES):
        return ChartReference(chart, version) if text.startswith("oci://") else ChartReference(text)
    named = _REPOSITORY.fullmatch(chart)
    if named and not Path(text).exists() and has_repository(named["repository"]):
        return ChartReference(chart, version)
    return Path(text)
