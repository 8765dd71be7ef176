"""Markdown, for the summary of a CI job and for comments: the number of findings a check, then the gravest defects."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from chartgate.reports.results import Results

MOST_DEFECTS = 100
"""GitHub takes 1 MiB of a summary and 65,536 characters of a comment."""
LONGEST = 400
"""Characters of one cell."""
_MARKUP = re.compile(r"[\\`*_\[\]!|~@]|#(?!\d)|://|(?<=www)\.")


def markdown_report(results: Results) -> bytes:
    """The whole file, in GitHub's Markdown."""
    return "\n".join(_lines(results)).encode("utf-8", "replace") + b"\n"


def _lines(results: Results) -> Iterator[str]:
    number = len(results.defects)
    yield f"## chartgate: {_text(results.chart.folder.name)}: {number or 'no'} defect{'' if number == 1 else 's'}"
    yield ""
    yield _text(results.summary)
    for notice in results.told:
        yield from ("", _text(notice))
    if not number:
        return
    counts = Counter((defect.finding.check, defect.finding.severity) for defect in results.defects)
    checks = dict.fromkeys(defect.finding.check for defect in results.defects)
    yield ""
    yield from _table(
        ("Check", "Errors", "Warnings", "Notes"),
        ((check, *(str(counts[check, one]) for one in ("error", "warning", "note"))) for check in checks),
    )
    yield ""
    yield from _table(
        ("Severity", "Object", "Place", "Defect", "Remedy", "Rule", "Cases"),
        (
            (
                defect.finding.severity,
                str(defect.finding.about),
                defect.finding.where,
                defect.finding.what,
                defect.finding.remedy,
                ", ".join((f"{defect.finding.check}/{defect.finding.rule}", *defect.finding.also)),
                str(len(defect.cases)),
            )
            for defect in results.defects[:MOST_DEFECTS]
        ),
    )
    if number > MOST_DEFECTS:
        yield from ("", f"{number - MOST_DEFECTS} more are left out: the other reports have all.")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (heads, ["---"] * len(heads), *(list(map(_text, row)) for row in rows)):
        yield f"| {' | '.join(row)} |"


def _text(text: str) -> str:
    """A text that shows as it is, on one line: no markup, no mention and no link."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    plain = html.escape(re.sub(r"\s+", " ", short), quote=False)
    return _MARKUP.sub(lambda found: "".join(f"&#{ord(letter)};" for letter in found[0]), plain)
