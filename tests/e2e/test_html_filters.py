"""The filters of the HTML report: its own script runs in Node.js on the findings of a real page."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli

STAND_IN = Path(__file__).with_name("filters_stand_in.js")
# A label that is missing is a warning, a key that a ConfigMap does not have an error.
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: b}\nextra: c\n"


class FindingsPage(HTMLParser):
    """The script of a page, its checkboxes, and its findings by check."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.script, self.boxes = "", list[str]()
        self.parts: list[dict[str, Any]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script":
            self._open.append((tag, "script"))
        elif tag == "input" and found.get("type") == "checkbox":
            self.boxes.append(str(found["id"]))
        elif tag == "div" and "data-check" in found:
            self.parts.append({"check": found["data-check"], "findings": []})
        elif tag == "li" and "data-severity" in found:
            self.parts[-1]["findings"].append({"severity": found["data-severity"], "text": ""})
            self._open.append((tag, "finding"))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] == "script":
            self.script += data
        elif self._open:
            self.parts[-1]["findings"][-1]["text"] += data


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> FindingsPage:
    folder = tmp_path_factory.mktemp("filters")
    chart = folder / "tiny"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n", encoding="utf-8")
    for name in ("first", "second"):
        (chart / "templates" / f"{name}.yaml").write_text(OBJECT.replace("NAME", name), encoding="utf-8")
    options = ["--helm", "4", "--kube", "1.37", "--select", "labels", "--select", "schema", "--fresh"]
    assert cli.main([str(chart), "--html", str(folder / "page.html"), *options]) == 1
    return FindingsPage((folder / "page.html").read_text(encoding="utf-8"))


def filtered(page: FindingsPage, *steps: tuple[str, str, object]) -> list[dict[str, Any]]:
    """What the page shows after each step: the element, its property, and the value that a reader gives it."""
    node = shutil.which("node")
    assert node, "the test needs Node.js: install it, and put node on PATH"
    given = {"script": page.script, "parts": page.parts, "boxes": page.boxes, "steps": steps}
    done = subprocess.run([node, str(STAND_IN)], input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def all_findings(page: FindingsPage) -> list[tuple[str, dict[str, str]]]:
    return [(part["check"], finding) for part in page.parts for finding in part["findings"]]


def test_the_page_has_findings_of_two_checks_and_two_severities(page: FindingsPage) -> None:
    findings = all_findings(page)
    assert {check for check, _ in findings} == {"labels", "schema"}
    assert {finding["severity"] for _, finding in findings} == {"error", "warning"}


def test_text_finds_all_of_its_words_in_any_order(page: FindingsPage) -> None:
    found, everything = filtered(page, ("filter-text", "value", "EXTRA configmap"), ("filter-text", "value", ""))
    expected = [one["text"] for _, one in all_findings(page) if re.search("extra", one["text"], re.IGNORECASE)]
    assert found["shown"] == expected
    assert 0 < len(expected) < len(all_findings(page))
    assert found["status"] == f"{len(expected)} of {len(all_findings(page))} shown"
    assert (len(everything["shown"]), everything["status"]) == (len(all_findings(page)), "")


def test_a_check_shows_its_own_findings_alone(page: FindingsPage) -> None:
    (found,) = filtered(page, ("filter-check", "value", "labels"))
    assert found["shown"] == [one["text"] for check, one in all_findings(page) if check == "labels"]
    assert found["parts"] == ["labels"]


def test_a_severity_that_is_off_does_not_count_as_shown(page: FindingsPage) -> None:
    (found,) = filtered(page, ("filter-warning", "checked", False))
    assert found["shown"] == [one["text"] for _, one in all_findings(page) if one["severity"] == "error"]
