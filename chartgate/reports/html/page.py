"""The page as a whole, from templates. The policy in its head admits no style and no script but the page's own."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from chartgate.reports.html.case_page import CasePages
from chartgate.reports.html.heat_map import heat_map
from chartgate.reports.html.names import case_ids
from chartgate.reports.html.templating import filled
from chartgate.reports.results import Results

MOST_BYTES = 5_000_000
"""A page that browsers and CI servers still show at once."""
NAMED_CASES = 50
"""Cases that are named for a defect; the others are counted."""


@dataclass(frozen=True)
class _Extent:
    """How much a page tells: so many cases in full, and so many defects."""

    cases: int
    defects: int

    def smaller(self, share: float) -> "_Extent":
        """Less by this share: fewer cases in full, and where there is none left, fewer defects."""
        if self.cases:
            return _Extent(int(self.cases * share), self.defects)
        return _Extent(0, int(self.defects * share))


def html_report(results: Results, most: int = MOST_BYTES) -> bytes:
    """The whole file, in UTF-8.

    Args:
        most: the size that it keeps below, in bytes. It leaves out cases in full, those without findings first, and
            then the defects that are the least grave, and says so.
    """
    extent = _Extent(len(results.told_in_full), len(results.defects))
    while True:
        page = _page(results, extent)
        if len(page) <= most or not (extent.cases or extent.defects):
            return page
        extent = extent.smaller(min(0.8, most / len(page)))


def _page(results: Results, extent: _Extent) -> bytes:
    style, script = _asset("page.css"), _asset("page.js")
    defective = {name for defect in results.defects for name in defect.cases}
    chosen = set(sorted(results.told_in_full, key=lambda name: name not in defective)[: extent.cases])
    in_full = [name for name in results.told_in_full if name in chosen]
    cases = CasePages(results, in_full)
    pages = [cases.page(name) for name in in_full]
    defects = results.defects[: extent.defects]
    counts = Counter(defect.finding.check for defect in results.defects)
    text = filled(
        "page.html.j2",
        results=results,
        chart=results.chart.folder.resolve().name,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        count=len(results.occurrences_by_render),
        figures=list(_figures(results)),
        defects_by_check=[
            (results.by_key[check], [defect for defect in defects if defect.finding.check == check]) for check in counts
        ],
        defect_counts=counts,
        severity_counts=results.defects_by_severity,
        named_cases=NAMED_CASES,
        pages_left_out=len(results.told_in_full) - len(in_full),
        defects_left_out=len(results.defects) - len(defects),
        heat_map=heat_map(results),
        checks=[results.by_key[key] for key in results.checks],
        tools=results.versions,
        ids=case_ids(in_full),
        found_at=results.locations,
        pages=pages,
        objects=cases.objects,
        drawings=cases.drawings,
    )
    return text.encode("utf-8", "replace")


def _hash(text: str) -> str:
    """The source of an inline style or script in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _figures(results: Results) -> Iterator[tuple[str, str]]:
    renders = [rendered for some in results.renders.values() for rendered in some]
    numbers = {
        "cases": len(results.cases),
        "renders": len(renders),
        "distinct objects": len({obj.digest for rendered in renders for obj in rendered.release}),
        "checks": len(results.checks),
        "verdicts": sum(map(len, results.cells.values())),
        "findings": len(results.occurrences_by_render),
    }
    yield from ((f"{number:,}", label) for label, number in numbers.items())
    if seconds := sum(results.seconds.values()):
        yield f"{seconds:.1f} s", "duration"
