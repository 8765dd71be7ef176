"""checkov's external checks, from the folders of the setting `checkovChecks`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import cli, gate
from chartgate.findings.registry import CHECKS
from tests.documents import ROOT, blocks

MakeChart = Callable[[dict[str, str]], Path]

SETTINGS, POLICY = (
    block.text
    for block in blocks(ROOT / "docs" / "own-checks.md")
    if block.run_by == "tests/unit/chartgate/checks/test_checkov_external.py"
)
MODULE = """\
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class Named(BaseK8Check):
    def __init__(self):
        super().__init__("A ConfigMap is named", "CKV_TEAM_2", [CheckCategories.GENERAL_SECURITY], ["ConfigMap"])

    def scan_spec_conf(self, conf):
        return CheckResult.PASSED if conf["metadata"]["name"] == "named" else CheckResult.FAILED


check = Named()
"""
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
CHART = {
    "templates/a.yaml": CONFIG_MAP,
    "templates/b.yaml": CONFIG_MAP.replace("name: c", "name: named, labels: {team: a}"),
    "chartgate.yaml": SETTINGS,
    "../checkov-checks/policy.yaml": POLICY,
    "../checkov-checks/named.py": MODULE,
    "../checkov-checks/__init__.py": "",
}


@pytest.fixture(autouse=True)
def _few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key in {"render", "checkov"}))


def found(chart: Path) -> set[str]:
    report = chart.parent / "report.json"
    cli.main([str(chart), "--offered", "--helm", "embedded", "--kube", "1.37", "--json", str(report)])
    findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
    return {f"{one['rule']} {one['object']} {one['severity']}" for one in findings if "TEAM" in one["rule"]}


def test_checkov_asks_the_checks_of_a_folder_as_well(make_chart: MakeChart) -> None:
    chart = make_chart(CHART)
    assert found(chart) == {"CKV2_TEAM_1 ConfigMap/c warning", "CKV_TEAM_2 ConfigMap/c warning"}
    make_chart({"../checkov-checks/named.py": MODULE.replace('== "named"', '!= "named"')})
    assert found(chart) == {"CKV2_TEAM_1 ConfigMap/c warning", "CKV_TEAM_2 ConfigMap/named warning"}
    assert not list((chart.parent / "checkov-checks").rglob("__pycache__"))


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"chartgate.yaml": "checkovChecks: [nowhere]\n"}, "nowhere: is not a folder: correct `checkovChecks`"),
        ({"chartgate.yaml": "checkovChecks: [d]\n", "d/a.txt": ""}, "d: has no check for checkov: write one"),
        ({"../checkov-checks/policy.yaml": "a: ["}, "policy.yaml: is not YAML or JSON"),
        ({"../checkov-checks/named.py": "raise ValueError('broken')\n"}, "ValueError: broken"),
    ],
)
def test_a_folder_that_cannot_be_used_ends_the_run(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], files: dict[str, str], complaint: str
) -> None:
    chart = make_chart({**CHART, **files})
    assert cli.main([str(chart), "--offered", "--helm", "embedded", "--kube", "1.37"]) == cli.UNUSABLE
    assert complaint in capsys.readouterr().err
