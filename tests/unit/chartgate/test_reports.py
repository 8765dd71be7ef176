"""Reports as other programs read them: parsed again, and with texts that try to break out of them."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import yaml
from rich.console import Console

from chartgate.findings.acceptance import Acceptance
from chartgate.findings.baseline import entry_of, read_baseline
from chartgate.findings.finding import Finding, Verdict
from chartgate.findings.registry import BY_KEY
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports import sarif
from chartgate.reports.baseline import baseline_report
from chartgate.reports.code_quality import code_quality_report
from chartgate.reports.files import write_report
from chartgate.reports.github import github_report
from chartgate.reports.html import html_report
from chartgate.reports.json_report import json_report
from chartgate.reports.junit import junit_report
from chartgate.reports.markdown import markdown_report
from chartgate.reports.overview import overview_of
from chartgate.reports.results import Results
from chartgate.reports.sarif import sarif_report
from chartgate.reports.table import print_report
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import Case
from chartgate.values.proof import Proof

ROOT = Path(__file__).parents[3]
HOSTILE = """ci/<script>alert("1")</script>'&]]>\x00\x1b\ud800"""
OBJECTS = """\
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {password: aHVzaC1odXNoLWh1c2g=}
stringData: {token: plain-token}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {"a": "yes", b: "1\\n2\\n"}
"""
DEFECT = Finding("schema", "invalid", About("ConfigMap", "c"), "data.a", HOSTILE, "mend it")
ACCEPTED = Finding("schema", "deprecated", About("ConfigMap", "c"), "", "old", "use the new one", severity="warning")


@pytest.fixture
def results(release_of: Callable[..., Release], tmp_path: Path) -> Results:
    """Two cases: one with a defect and an accepted finding, one in which a check has nothing to examine."""
    files = {"templates/x.yaml": b"kind: Secret\n---\nkind: ConfigMap\ndata:\n  a: b\n"}
    values = ("password: hush-hush-hush\nname: </pre>\n",)
    bad = Rendered(Case(HOSTILE, "</b>", values, ("--set", "a=plain-token")), release_of(OBJECTS))
    good = Rendered(Case("good"), release_of(OBJECTS, "1.19"))
    return Results(
        [
            ("schema", [Verdict(bad, 2, (DEFECT,)), Verdict(good, 2, ())]),
            ("pod-security", [Verdict(bad, 0, ()), Verdict(good, 1, ())]),
        ],
        [
            Finding(
                "exceptions", "unused", About("", "chartgate.yaml"), "", "nothing matches", "mend", severity="warning"
            )
        ],
        "2 cases",
        chart=ChartFiles(tmp_path, files),
        acceptances=[Acceptance(ACCEPTED, HOSTILE, "a good reason")],
        seconds={"schema": 1.5},
        coverage=[Proof(2, ("a", "b"), 4, 4, 1, ())],
    )


def every_report(results: Results) -> dict[str, str]:
    out = StringIO()
    print_report(overview_of(results), Console(file=out, width=200))
    return {
        "table": out.getvalue(),
        "JUnit": junit_report(results).decode(),
        "SARIF": sarif_report(results, Path()).decode(),
        "JSON": b"".join(json_report(results)).decode(),
        "HTML": html_report(results).decode(),
        "Markdown": html.unescape(markdown_report(results).decode()),
        "GitHub": github_report(results, Path()).decode(),
    }


def test_every_report_has_the_notices(results: Results) -> None:
    notices = ("not rendered by Helm 3.2.4", f"another \x1b of {HOSTILE}")
    texts = every_report(replace(results, notices=notices, general=()))
    assert [name for name, text in texts.items() if "not rendered by Helm 3.2.4" not in text] == []
    gate = ET.fromstring(texts["JUnit"])[-1]  # noqa: S314 (the gate wrote it)
    assert (gate.get("name"), gate.get("tests"), len(gate)) == ("gate", "0", 1)
    (invocation,) = json.loads(texts["SARIF"])["runs"][0]["invocations"]
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == list(notices)
    assert '<script>alert("1")' not in texts["HTML"]
    assert 'id="notices"' not in every_report(results)["HTML"]


def test_every_report_says_that_it_is_of_a_part_of_the_whole(results: Results) -> None:
    texts = every_report(replace(results, left_out="only the cases a*"))
    assert [name for name, text in texts.items() if "only the cases a*" not in text] == []
    assert "art of the whole" not in html_report(results).decode()
    assert ET.fromstring(texts["JUnit"]).attrib["tests"] == "5"  # noqa: S314 (the gate wrote it)


def test_markdown_shows_each_text_as_it_is(results: Results) -> None:
    text = markdown_report(results).decode()
    assert text.startswith("## chartgate: ")
    assert "2 defects" in text.splitlines()[0]
    assert "| schema | 1 | 0 | 0 |" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| error | ConfigMap/c |")]
    assert "<script>" not in text
    assert row.count(" | ") == 6
    assert "no defects" in markdown_report(replace(results, verdicts=(), general=())).decode()


def test_markdown_is_bounded(results: Results) -> None:
    many = [replace(DEFECT, where=f"data.{number}|@team {'x' * 999} https://example.com") for number in range(500)]
    (_, (bad, *_)), *_ = results.verdicts
    text = markdown_report(replace(results, verdicts=[("schema", [Verdict(bad.rendered, 2, tuple(many))])])).decode()
    assert len(text) < 65_536 * 2
    assert "401 more are left out" in text
    assert "@team" not in text
    assert "https://" not in text


def test_github_annotates_the_line_of_a_template(results: Results, tmp_path: Path) -> None:
    evil = replace(DEFECT, what="a\n::error::b", where="x,y:z")
    (_, (bad, *_)), *_ = results.verdicts
    found = replace(results, verdicts=[("schema", [Verdict(bad.rendered, 2, (evil,))])], general=())
    (line,) = github_report(found, tmp_path).decode().splitlines()
    assert re.match(
        r"::error file=[^:,]+,line=\d+,title=schema/invalid::ConfigMap/c: x,y:z: a%0A::error::b: mend it$", line
    )


def test_one_fingerprint_tells_what_is_the_same_in_a_later_run(results: Results, tmp_path: Path) -> None:
    (_, (bad, *_)), *_ = results.verdicts
    same = [replace(DEFECT, what=f"is gone in Kubernetes {version}") for version in ("1.29", "1.30")]
    elsewhere = replace(same[0], about=replace(DEFECT.about, namespace="other"))
    some = replace(results, verdicts=[("schema", [Verdict(bad.rendered, 2, (*same, elsewhere))])], general=())
    entries = json.loads(code_quality_report(some, tmp_path))
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert (len(fingerprints), len(set(fingerprints))) == (2, 2)
    assert entries[0]["description"].startswith("ConfigMap/c: data.a: is gone in Kubernetes 1.29 and 1.30: ")
    found = json.loads(sarif_report(some, tmp_path))["runs"][0]["results"]
    of_sarif = [one["partialFingerprints"]["chartgate/v2"] for one in found if "suppressions" not in one]
    assert of_sarif == fingerprints
    assert len(json.loads(baseline_report(some))["findings"]) == len(fingerprints)


def test_a_baseline_holds_any_text(results: Results, tmp_path: Path) -> None:
    (_, (bad, *_)), *_ = results.verdicts
    texts = ("lone \udc80", "pair \ud83d\ude00", "control \x00", "é – \U0001f600", HOSTILE)
    odd = [replace(DEFECT, about=replace(DEFECT.about, name=text), where=text, what=text) for text in texts]
    some = replace(results, verdicts=[("schema", [Verdict(bad.rendered, 2, tuple(odd))])], general=())
    path = tmp_path / "baseline.json"
    write_report(path, baseline_report(some))
    assert set(read_baseline(path).findings) == {entry_of(finding) for finding in odd}
    for report in (code_quality_report(some, tmp_path), sarif_report(some, tmp_path), b"".join(json_report(some))):
        assert json.loads(report)


def test_code_quality_is_what_gitlab_reads(results: Results, tmp_path: Path) -> None:
    entries = json.loads(code_quality_report(results, tmp_path))
    assert {(entry["check_name"], entry["severity"]) for entry in entries} == {
        ("exceptions/unused", "minor"),
        ("schema/invalid", "critical"),
    }
    assert len({entry["fingerprint"] for entry in entries}) == 2
    for entry in entries:
        assert entry["location"]["lines"]["begin"] >= 1
        assert (tmp_path / entry["location"]["path"]).name in {"Chart.yaml", "x.yaml"}


def test_junit_has_a_test_case_for_each_case_and_check(results: Results) -> None:
    root = ET.fromstring(junit_report(results))  # noqa: S314 (the gate wrote it)
    assert {suite.get("name"): (suite.get("tests"), suite.get("failures")) for suite in root} == {
        "schema": ("2", "1"),
        "pod-security": ("2", "0"),
        "gate": ("1", "1"),
    }
    assert (root.get("tests"), root.get("failures")) == ("5", "2")
    assert root[0].get("time") == "1.500"
    failed, passed = root[0]
    assert (failed.get("classname"), list(passed)) == ("chartgate.schema", [])
    failure = failed.find("failure")
    assert failure is not None
    assert (failure.text or "").startswith("templates/x.yaml:5: ConfigMap/c: data.a: ci/<script>")
    assert root[1][0].find("skipped") is not None


def test_sarif_leads_to_the_line_of_the_template(results: Results, tmp_path: Path) -> None:
    run = json.loads(sarif_report(results, tmp_path))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {"schema/invalid", "schema/malformed", "render/refused", "exceptions/unused"} <= set(rules)
    by_rule = {result["ruleId"]: result for result in run["results"]}
    place = by_rule["schema/invalid"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "templates/x.yaml"}, "region": {"startLine": 5}}
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert len(result["partialFingerprints"]["chartgate/v2"]) == 64


def test_sarif_tells_of_each_rule_what_helps_and_where_it_is_published(results: Results) -> None:
    run = json.loads(sarif_report(results, Path()))["runs"][0]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    invalid = BY_KEY["schema"].rules["invalid"]
    assert all(text in rules["schema/invalid"]["help"]["text"] for text in (invalid.remedy, invalid.example))
    home = yaml.safe_load((ROOT / "release" / "release.yaml").read_text(encoding="utf-8"))["home"]
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "checks.md").read_text(encoding="utf-8"), re.MULTILINE)
    for rule in rules.values():
        address, _, anchor = rule["helpUri"].partition("#")
        assert address == f"{home}/blob/main/docs/checks.md"
        assert anchor in headings


def test_sarif_suppresses_what_is_accepted_and_says_why(results: Results, tmp_path: Path) -> None:
    found = json.loads(sarif_report(results, tmp_path))["runs"][0]["results"]
    suppressed = {result["ruleId"]: result["suppressions"] for result in found if "suppressions" in result}
    assert suppressed == {"schema/deprecated": [{"kind": "external", "justification": "a good reason"}]}


def test_sarif_names_a_chart_outside_the_folder_absolutely(results: Results) -> None:
    found = json.loads(sarif_report(results, Path("/somewhere/else")))["runs"][0]["results"]
    assert found[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")


def test_json_fits_its_schema_and_holds_each_object_once(results: Results) -> None:
    data = json.loads(b"".join(json_report(results)))
    schema = json.loads(files("chartgate.reports").joinpath("report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, jsonschema.Draft202012Validator)
    assert len(data["objects"]) == 2
    bad, good = data["cases"]
    assert bad["renders"][0]["objects"] == good["renders"][0]["objects"] == list(data["objects"])
    assert data["findings"][bad["verdicts"]["schema"]["findings"][0]]["line"] == 5
    assert [bad["verdicts"][check]["outcome"] for check in ("schema", "pod-security")] == ["failed", "empty"]
    assert bad["accepted"][0]["reason"] == "a good reason"
    assert data["coverage"][0]["holds"]
    assert (data["versions"]["helm"], data["versions"]["kubernetes"]) == (["4.3.1"], ["1.19", "1.37"])


@pytest.mark.parametrize("secret", ["hush-hush-hush", "aHVzaC1odXNoLWh1c2g=", "plain-token"])
def test_no_report_holds_what_a_secret_holds(results: Results, tmp_path: Path, secret: str) -> None:
    for report in (b"".join(json_report(results)), junit_report(results), sarif_report(results, tmp_path)):
        assert secret.encode() not in report


def test_a_finding_about_the_run_stands_at_the_chart(results: Results) -> None:
    data: dict[str, Any] = json.loads(b"".join(json_report(results)))
    (finding,) = [data["findings"][index] for index in data["general"]]
    assert (finding["template"], finding["line"]) == ("Chart.yaml", 1)


def test_sarif_has_no_more_results_than_code_scanning_takes(
    results: Results, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = json.loads(sarif_report(results, tmp_path))["runs"][0]["results"]
    assert [one["level"] for one in whole] == ["error", "warning", "warning"]
    monkeypatch.setattr(sarif, "MOST_RESULTS", 1)
    (run,) = json.loads(sarif_report(results, tmp_path))["runs"]
    assert run["results"] == whole[:1]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "2 results are left out, because code scanning takes 1: --json has all"
