"""The page: complete in itself, safe against what charts write, and small because nothing stands in it twice."""

import base64
import hashlib
import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chartgate.findings.finding import Finding, Severity, Verdict
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.html import html_report
from chartgate.reports.html.drawing import draw
from chartgate.reports.html.graph import Reference, references
from chartgate.reports.html.layout import layers
from chartgate.reports.html.names import case_ids
from chartgate.reports.results import Results
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import Case

HOSTILE = """</script></pre><script>alert('"1"')</script><img src=x onerror=alert(1)>"""

RELEASE = """\
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {password: aHVzaC1odXNoLWh1c2g=}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: somebody
      containers: [{name: c, image: i, envFrom: [{secretRef: {name: keys}}]}]
      volumes: [{name: v, projected: {sources: [{configMap: {name: elsewhere}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}, tls: [{secretName: certificate}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: alone}
"""


class Page(HTMLParser):
    """Collects what tests ask for: tags, identifiers, links, and attributes that run script or fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.risky: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name.startswith("on") or name in {"src", "style", "action", "formaction"}:
                self.risky.append((name, value or ""))


@pytest.fixture
def results(release_of: Callable[..., Release], tmp_path: Path) -> Results:
    """Two cases of equal objects; one has a hostile name, values and finding."""
    case = Case(HOSTILE, HOSTILE, (f"password: hush-hush-hush\na: {HOSTILE}\n",))
    bad, good = Rendered(case, release_of(RELEASE)), Rendered(Case("good"), release_of(RELEASE))
    finding = Finding("schema", "invalid", About("Deployment", "web"), HOSTILE, HOSTILE, HOSTILE)
    return Results(
        [("schema", [Verdict(bad, 5, (finding,)), Verdict(good, 5, ())])],
        [],
        "",
        chart=ChartFiles(tmp_path / "<b>", {}),
    )


def test_nothing_of_a_chart_becomes_markup(results: Results) -> None:
    page = Page(html_report(results).decode())
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.risky == []


def test_the_page_needs_nothing_but_itself(results: Results) -> None:
    text = html_report(results).decode()
    page = Page(text)
    assert all(link.startswith("#") for link in page.links)
    assert "@import" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_every_link_of_the_page_has_its_target_and_every_name_is_its_own(results: Results) -> None:
    page = Page(html_report(results).decode())
    assert len(page.links) > 10
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_made_case_has_a_page_only_where_something_was_found(release_of: Callable[..., Release]) -> None:
    finding = Finding("schema", "invalid", About("Deployment", "web"), "a", "b", "c")
    made = [Rendered(Case(f"matrix/{number}", origin="matrix"), release_of(RELEASE)) for number in range(3)]
    verdicts = [Verdict(made[0], 5, (finding,)), *(Verdict(rendered, 5, ()) for rendered in made[1:])]
    text = html_report(Results([("schema", verdicts)], [], "")).decode()
    page = Page(text)
    assert [name for name in page.ids if name.startswith("case-")] == ["case-matrix-0"]
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "matrix/1" in text
    assert "chartgate render CHART --case NAME" in text


def test_of_the_cases_that_share_a_defect_a_few_have_a_page(release_of: Callable[..., Release]) -> None:
    made = [Rendered(Case(f"matrix/{number}", origin="matrix"), release_of(RELEASE)) for number in range(9)]
    found = [Finding("schema", "invalid", About("Deployment", f"web-{number}"), "a", "b", "c") for number in range(9)]
    verdicts = [Verdict(rendered, 5, (finding,)) for rendered, finding in zip(made, found, strict=True)]
    text = html_report(Results([("schema", verdicts)], [], "")).decode()
    page = Page(text)
    assert [name for name in page.ids if name.startswith("case-")] == [f"case-matrix-{number}" for number in range(3)]
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "and 8 more objects" in text
    assert "in 9 cases" in text


def test_cases_share_their_objects_and_drawings(results: Results) -> None:
    text = html_report(results).decode()
    assert text.count('class="page case"') == 2
    assert text.count('class="page object"') == 5
    assert text.count("<symbol") == 1
    assert text.count("<use") == 2


def test_secrets_stay_masked_on_the_page(results: Results) -> None:
    text = html_report(results).decode()
    assert "hush-hush-hush" not in text
    assert "aHVzaC1odXNo" not in text
    assert "password: (masked)" in text


def test_the_heat_map_shows_each_case_and_what_was_found(results: Results) -> None:
    text = html_report(results).decode()
    body = re.search(r'<table class="map">.*?</table>', text, re.DOTALL)
    assert body is not None
    assert re.findall(r'<td class="(\w+)"', body[0]) == ["f1", "p"]
    assert body[0].count('<tr class="clean">') == 1


def test_references_are_found_by_name_and_by_label(release_of: Callable[..., Release]) -> None:
    assert references(release_of(RELEASE)) == [
        Reference(About("Deployment", "web"), About("ConfigMap", "elsewhere"), "mounts"),
        Reference(About("Deployment", "web"), About("Secret", "keys"), "environment"),
        Reference(About("Deployment", "web"), About("ServiceAccount", "somebody"), "runs as"),
        Reference(About("Ingress", "web"), About("Secret", "certificate"), "certificate"),
        Reference(About("Ingress", "web"), About("Service", "web"), "routes to"),
        Reference(About("Service", "web"), About("Deployment", "web"), "selects"),
    ]


def test_an_object_out_of_shape_refers_to_nothing(release_of: Callable[..., Release]) -> None:
    broken = "kind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {scaleTargetRef: [x]}\n"
    assert references(release_of(broken)) == []


def test_who_refers_stands_left_of_what_is_referred_to() -> None:
    found = layers(["c", "alone", "b", "a", "x"], [("a", "b"), ("b", "c"), ("a", "c"), ("x", "c")])
    assert found == [["a"], ["b", "x"], ["c"]]


def test_a_circle_of_references_still_has_a_layout() -> None:
    found = layers(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])
    assert sorted(node for layer in found for node in layer) == ["a", "b", "c"]


def test_a_target_that_the_chart_does_not_make_is_drawn_dashed() -> None:
    drawing = draw([About("Pod", "a")], [Reference(About("Pod", "a"), About("Secret", "b"), "mounts")])
    assert drawing is not None
    assert drawing.body.count('class="n ') == 2
    assert 'class="n config outside" data-ref="Secret/b"' in drawing.body
    assert draw([About("Pod", "a")], []) is None


def test_fragments_are_plain_and_each_its_own() -> None:
    assert case_ids(["ci/a b", "ci/a-b", HOSTILE]) == {
        "ci/a b": "case-ci-a-b",
        "ci/a-b": "case-ci-a-b-2",
        HOSTILE: "case-script-pre-script-alert-1-script-img-src-x-onerror-alert-1",
    }


def many(release_of: Callable[..., Release], count: int) -> Results:
    """Cases with a large object each, of which every second has an error and a warning of its own."""
    verdicts: dict[str, list[Verdict]] = {"labels": [], "schema": []}
    rules: tuple[tuple[str, str, Severity], ...] = (("labels", "missing", "warning"), ("schema", "invalid", "error"))
    for number in range(count):
        manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\ndata: {{a: {'x' * 3000}}}\n"
        rendered = Rendered(Case(f"ci/{number}", origin="ci"), release_of(manifest))
        for check, rule, severity in rules:
            about, what = About("ConfigMap", f"c{number}"), f"fault {number}"
            finding = Finding(check, rule, about, "data", what, "remedy", severity=severity)
            verdicts[check].append(Verdict(rendered, 1, (finding,) if number % 2 else ()))
    return Results([*verdicts.items()], [], "summary")


def test_a_page_keeps_below_its_size_and_tells_the_gravest(release_of: Callable[..., Release]) -> None:
    results = many(release_of, 40)
    whole = html_report(results)
    assert "To keep this file small" not in whole.decode()
    for size, pages in ((110_000, "[1-9]"), (29_000, "40")):
        page = html_report(results, size)
        assert len(page) <= size
        text = page.decode()
        assert re.search(rf"leaves out {pages}\d* pages of cases", text)
        assert text.index("fault 1<") < text.index('id="findings-labels"')
        told = Page(text)
        assert set(told.links) <= {f"#{name}" for name in told.ids}
        # What is told in full has findings.
        assert not re.search(r'<section class="page"[^>]*id="case-ci-0"', text)
    assert len(html_report(results, 1)) < 40_000


def test_the_page_counts_findings_by_check_on_top(release_of: Callable[..., Release]) -> None:
    text = html_report(many(release_of, 4)).decode()
    counts = re.findall(r'<a href="#findings-([a-z]+)">[a-z]+</a></td><td class="r">(\d+)<', text)
    assert counts == [("schema", "2"), ("labels", "2")]


def test_findings_are_filtered_by_text_check_and_severity(release_of: Callable[..., Release]) -> None:
    text = html_report(many(release_of, 4)).decode()
    part = text[text.index('<section id="findings">') : text.index('<section id="map">')]
    page = Page(part)
    filters = ["filter-text", "filter-check", "filter-error", "filter-warning", "filter-shown"]
    assert [name for name in page.ids if name.startswith("filter-")] == filters
    assert re.findall(r"<option[^>]*>([^<]*)", part) == ["all checks", "schema", "labels"]
    assert re.findall(r"checked> ([^<]*)</label>", part) == ["2 errors", "2 warnings"]
    rows = re.findall(r'data-check="(\w+)"|<li data-severity="(\w+)"', part)
    assert rows == [("schema", ""), ("", "error"), ("", "error"), ("labels", ""), ("", "warning"), ("", "warning")]


def test_without_scripts_the_style_sheet_filters_severities_and_the_other_filters_are_hidden(
    release_of: Callable[..., Release],
) -> None:
    text = html_report(many(release_of, 4)).decode()
    for severity in ("error", "warning"):
        assert f'body:has(#filter-{severity}:not(:checked)) [data-severity="{severity}"]' in text
    for name in ("filter-text", "filter-check", "filter-shown"):
        assert re.search(rf'id="{name}"[^>]* hidden>', text)


def test_the_policy_of_the_page_admits_its_own_script_and_style(results: Results) -> None:
    text = html_report(results).decode()
    policy = html.unescape(text)
    for tag in ("script", "style"):
        own = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert own is not None
        digest = base64.b64encode(hashlib.sha256(own[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_a_page_without_findings_has_no_filters(release_of: Callable[..., Release]) -> None:
    rendered = Rendered(Case("good"), release_of(RELEASE))
    page = Page(html_report(Results([("schema", [Verdict(rendered, 5, ())])], [], "")).decode())
    assert not [name for name in page.ids if name.startswith("filter-")]
