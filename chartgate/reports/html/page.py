"""The page as a whole, from templates. The policy in its head admits no style and no script but the page's own."""

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from chartgate.findings.registry import BY_KEY
from chartgate.reports.html.case_page import CasePages
from chartgate.reports.html.heat_map import heat_map
from chartgate.reports.html.names import case_ids
from chartgate.reports.html.templating import filled
from chartgate.reports.results import Results


def html_report(results: Results) -> bytes:
    """The whole file, in UTF-8."""
    style, script = _asset("page.css"), _asset("page.js")
    cases = CasePages(results)
    pages = [cases.page(name) for name in results.told_in_full]
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
            (BY_KEY[check], [defect for defect in results.defects if defect.finding.check == check])
            for check in dict.fromkeys(defect.finding.check for defect in results.defects)
        ],
        heat_map=heat_map(results),
        checks=[BY_KEY[key] for key in results.checks],
        tools=results.versions,
        ids=case_ids(results.told_in_full),
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
