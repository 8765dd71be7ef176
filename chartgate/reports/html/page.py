"""The page as a whole. Its style sheet alone decides what is shown (:target), so it reads without script.

Everything that comes from a chart passes through `escape`; the policy in the head admits no script but the page's own.
"""

import base64
import hashlib
from html import escape
from importlib.resources import files

from chartgate.findings.registry import BY_KEY
from chartgate.reports.alike import Alike
from chartgate.reports.html.case_page import CasePages
from chartgate.reports.html.heat_map import heat_map
from chartgate.reports.html.names import case_ids
from chartgate.reports.html.objects import ObjectPages
from chartgate.reports.locations import locations
from chartgate.reports.results import Results
from chartgate.reports.tools import tool_versions
from chartgate.values.proof import Proof


def html_report(results: Results) -> bytes:
    """The whole file, in UTF-8."""
    style, script = _asset("page.css"), _asset("page.js")
    ids = case_ids(results.told_in_full)
    objects = ObjectPages()
    cases = CasePages(results, ids, objects, locations(results))
    pages = [cases.page(name) for name in results.told_in_full]
    title = f"chartgate: {results.chart.resolve().name}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title><style>{style}</style></head><body>",
        _header(results),
        '<main id="overview">',
        _figures(results),
        _coverage(results),
        _findings(results, ids, cases),
        heat_map(results, ids),
        _about(results),
        "</main>",
        *pages,
        *objects.pages(),
        cases.drawings(),
        f"<script>{script}</script></body></html>\n",
    ]
    return "".join(parts).encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; base-uri 'none'"


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _header(results: Results) -> str:
    count = len(results.occurrences_by_render)
    badge = (
        f'<b class="badge failed">{_counted(count, "finding")}</b>' if count else '<b class="badge passed">passed</b>'
    )
    name = escape(results.chart.resolve().name)
    return (
        f'<header><a class="home" href="#overview"><span>chartgate</span> {name}</a>{badge}'
        '<span class="jump"><a href="#findings">Findings</a><a href="#map">Cases</a><a href="#checks">Checks</a></span>'
        '<button id="theme" hidden>Light / dark</button></header>'
    )


def _figures(results: Results) -> str:
    renders = sum(map(len, results.renders.values()))
    cells = sum(map(len, results.cells.values()))
    seconds = sum(results.seconds.values())
    figures = [
        (len(results.cases), "cases"),
        (renders, "renders"),
        (
            len({obj.digest for renders in results.renders.values() for each in renders for obj in each.release}),
            "distinct objects",
        ),
        (len(results.checks), "checks"),
        (cells, "verdicts"),
        (len(results.occurrences_by_render), "findings"),
    ]
    items = [f"<div><b>{number:,}</b><span>{label}</span></div>" for number, label in figures]
    if seconds:
        items.append(f"<div><b>{seconds:.1f} s</b><span>duration</span></div>")
    return f'<section class="figures">{"".join(items)}</section>'


def _coverage(results: Results) -> str:
    if not results.coverage:
        return ""
    rows = "".join(
        f"<tr><td>{proof.strength} of {len(proof.axes)} axes</td>"
        + "".join(f'<td class="r">{number:,}</td>' for number in (proof.required, proof.covered, proof.excluded))
        + f'<td class="r">{len(proof.uncovered):,}</td>'
        + "".join(f'<td class="r">{number:,}</td>' for number in (proof.refused, proof.not_rendered))
        + f"<td>{_badge(proof)}</td></tr>"
        for proof in results.coverage
    )
    return (
        '<section id="coverage"><h2>Coverage</h2><p class="why">Every combination of so many choices occurs in a case, '
        'unless the constraints rule it out.</p><table class="plain"><thead><tr><th>every combination of'
        '<th class="r">required<th class="r">covered<th class="r">excluded<th class="r">uncovered'
        '<th class="r">refused by the chart<th class="r">not rendered<th></thead>'
        f"{rows}</table></section>"
    )


def _badge(proof: Proof) -> str:
    if proof.complete:
        return '<b class="badge passed">proven</b>'
    return '<b class="badge">in part</b>' if proof.holds else '<b class="badge failed">open</b>'


def _findings(results: Results, ids: dict[str, str], cases: CasePages) -> str:
    if not results.defects:
        none = "None: every object of every case passes every check."
        return f'<section id="findings"><h2>Findings</h2><p class="none">{none}</p></section>'
    parts = []
    for check in dict.fromkeys(defect.finding.check for defect in results.defects):
        about = BY_KEY[check]
        mine = [defect for defect in results.defects if defect.finding.check == check]
        why = f'<p class="why">{escape(about.why)}</p>'
        parts.append(f"<h3>{escape(about.title)} <code>{escape(check)}</code> <i>{len(mine)}</i></h3>{why}")
        parts.append(f'<ul class="findings">{"".join(_defect(each, ids, cases) for each in mine)}</ul>')
    return f'<section id="findings"><h2>Findings</h2>{"".join(parts)}</section>'


def _defect(defect: Alike, ids: dict[str, str], cases: CasePages) -> str:
    text = cases.finding(defect.finding)
    if others := defect.objects[1:]:
        names = escape(", ".join(others))
        text += f"<details><summary>and {_counted(len(others), 'more object')}</summary>{names}</details>"
    if defect.cases:
        links = ", ".join(
            f'<a href="#{ids[name]}">{escape(name)}</a>' if name in ids else escape(name) for name in defect.cases
        )
        text += f"<details><summary>in {_counted(len(defect.cases), 'case')}</summary>{links}</details>"
    return f"<li>{text}</li>"


def _about(results: Results) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code></td><td>{escape(BY_KEY[key].title)}</td><td>{escape(BY_KEY[key].why)}</td>"
        f"<td class='r'>{results.seconds.get(key, 0):.1f} s</td></tr>"
        for key in results.checks
    )
    return (
        '<section id="checks"><h2>Checks</h2><div class="wide"><table class="plain"><thead><tr>'
        f"<th>key<th>what it asks<th>why<th>time</thead>{rows}</table></div></section>"
        f'<section><h2>Made with</h2><dl class="facts">{_versions(results)}</dl></section>'
    )


def _versions(results: Results) -> str:
    return "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(', '.join(versions))}</dd>"
        for name, versions in tool_versions(results).items()
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
