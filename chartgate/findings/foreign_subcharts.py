"""Warnings about objects that subcharts of others make: the chart's author cannot mend them, so they are told apart."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from chartgate.findings.finding import Finding
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.tools.chart_files import ChartFiles

_SUBCHART = re.compile(r"[^/]+/charts/([^/]+)/")


class ForeignSubcharts:
    """The subcharts that come from a repository: those of `dependencies` with an address other than file://."""

    def __init__(self, files: ChartFiles) -> None:
        self._names = foreign_subcharts(files)
        self._made: dict[int, tuple[Release, Mapping[About, str]]] = {}
        self._told: dict[Finding, str] = {}

    def reason(self, finding: Finding, release: Release) -> str:
        """Why a finding of a release is listed as accepted; empty for one that counts.

        An error counts whoever has made it, because it stops the installation of the whole chart.
        """
        if not self._names or finding.severity == "error":
            return ""
        name = self._makers(release).get(finding.about, "")
        if name:
            self._told[finding] = name
        return f"made by the subchart {name} of others" if name else ""

    def notices(self) -> Iterator[str]:
        """A sentence for each subchart with findings that were told apart."""
        for name, count in sorted(Counter(self._told.values()).items()):
            counted = "1 warning" if count == 1 else f"{count} warnings"
            yield f"subchart {name}: {counted} about objects that it makes do not count; --subcharts lists them"

    def _makers(self, release: Release) -> Mapping[About, str]:
        """The foreign subchart that makes an object, by what a finding tells of the object."""
        known = self._made.get(id(release))
        if known is None:
            # The release is kept with its answer, so that no other one gets its id.
            known = self._made[id(release)] = release, dict(self._objects(release))
        return known[1]

    def _objects(self, release: Release) -> Iterator[tuple[About, str]]:
        for obj in release:
            match = _SUBCHART.match(obj.template)
            if match and match[1] in self._names:
                yield obj.about, match[1]


def foreign_subcharts(files: ChartFiles) -> frozenset[str]:
    """The names of the subcharts that come from a repository."""
    return frozenset(_foreign(files))


def _foreign(files: ChartFiles) -> Iterator[str]:
    for name in ("Chart.yaml", "requirements.yaml"):
        for one in files.dependencies(name):
            if re.match(r"https?://|oci://|@|alias:", str(one.get("repository") or "")):
                yield str(one.get("alias") or one.get("name"))


_TEMPLATE = re.compile(r"(?:charts/([^/]+)/)?(?:charts/[^/]+/)*templates/")


def own_templates(files: ChartFiles) -> Iterator[str]:
    """The templates that the chart's author wrote: not those of subcharts that come from a repository."""
    foreign = foreign_subcharts(files)
    for name in files.contents:
        match = _TEMPLATE.match(name)
        if match and match[1] not in foreign:
            yield name
