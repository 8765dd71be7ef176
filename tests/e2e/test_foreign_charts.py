"""The gate on charts that this project did not write: it finds what is there, and Helm's library agrees with Helm."""

import io
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from chartgate import gate
from chartgate.findings.check import Check
from chartgate.findings.left_to_users import OF_TESTS, OF_USERS
from chartgate.findings.registry import CHECKS
from chartgate.findings.scopes import EachObject
from chartgate.reports.results import Results
from chartgate.tools.cache import cache_folder, scratch_folder, write_whole
from chartgate.tools.catalogue import GoModule
from chartgate.tools.download import fetch_module
from chartgate.tools.helm import Helm
from chartgate.values.selection import Choice

PINS = Path(__file__).with_name("foreign_charts.yaml")
VERSIONS = Choice(helm=("3.2.4", "3.17.3", "4.3.1", "embedded"), kubernetes=("1.25", "1.37"), generated=10)


def foreign_chart(name: str, folder: Path) -> Path:
    """A chart of `foreign_charts.yaml`, unpacked into a folder."""
    pin = yaml.safe_load(PINS.read_text(encoding="utf-8"))[name]
    packed = cache_folder("foreign-charts") / f"{name}-{pin['version']}.zip"
    if not packed.exists():
        write_whole(packed, fetch_module(GoModule(pin["go"], pin["version"], pin["sum"])))
    within = f"{pin['go']}@{pin['version']}/{pin['folder']}/"
    with zipfile.ZipFile(io.BytesIO(packed.read_bytes())) as module:
        module.extractall(folder, [member for member in module.namelist() if member.startswith(within)])
    return folder / within


@cache
def results_of(name: str) -> Results:
    """What the gate finds in a foreign chart, without checkov, which knows nothing that is foreign to it."""
    with scratch_folder() as folder:
        return gate.run(foreign_chart(name, folder), VERSIONS)


def kinds_of(results: Results) -> Counter[tuple[str, str]]:
    """How many distinct findings each rule of each check has."""
    return Counter((finding.check, finding.rule) for finding in results.occurrences)


def examined(results: Results, key: str) -> int:
    return sum(verdict.examined for verdict in dict(results.verdicts)[key])


@pytest.fixture(scope="module", autouse=True)
def _without_checkov() -> object:
    patch = pytest.MonkeyPatch()
    quick = tuple(
        Check("checkov", "", "", "", (EachObject(lambda *_: ()),)) if check.key == "checkov" else check
        for check in CHECKS
    )
    patch.setattr(gate, "CHECKS", quick)
    yield
    patch.undo()


@pytest.mark.parametrize("name", sorted(yaml.safe_load(PINS.read_text(encoding="utf-8"))))
def test_helms_library_and_every_helm_agree(name: str) -> None:
    results = results_of(name)
    assert examined(results, "engines") > 50
    assert [finding for finding in results.occurrences if finding.check == "engines"] == []


def test_metrics_server_is_told_its_defects_and_no_others() -> None:
    results = results_of("metrics-server")
    assert set(kinds_of(results)) == {("chart", "unused-value")}
    assert examined(results, "references") > 100


def test_external_dns_asks_for_a_policy_that_its_ci_values_give_and_needs_a_mount_path_and_dig() -> None:
    results = results_of("external-dns")
    (notice,) = [text for text in results.notices if text.startswith("left out: defaults, README.md: Installing")]
    assert "the chart asks for values that its CI values give" in notice
    assert "missing property 'policy'" in notice or "policy is required" in notice
    assert not {"defaults", "README.md: Installing the Chart"} & results.cases.keys()
    refused = {
        (case, finding.where): finding.what
        for finding, cases in results.occurrences.items()
        if finding.rule == "refused"
        for case in cases
    }
    assert 'function "dig" not defined' in refused["ci/ci", "Helm 3.2.4"]
    combined = {what for (case, helm), what in refused.items() if case.startswith("matrix/") and "3.2.4" not in helm}
    assert combined
    assert all(".Values.secretConfiguration.mountPath" in what for what in combined)


def test_descheduler_is_refused_by_a_helm_that_cannot_compare_with_nil() -> None:
    results = results_of("descheduler")
    refused = [finding for finding in results.occurrences if finding.rule == "refused"]
    assert refused
    assert {finding.where for finding in refused} == {"Helm 3.2.4"}
    assert all("error calling ne: invalid type for comparison" in finding.what for finding in refused)
    assert ("names", "too-long") in kinds_of(results)


def test_a_chart_of_helm_create_has_the_findings_of_its_scaffold(helm: Helm, tmp_path: Path) -> None:
    subprocess.run([str(helm.path), "create", str(tmp_path / "made")], check=True, capture_output=True)
    results = gate.run(tmp_path / "made", replace(VERSIONS, helm=("4.3.1", "embedded")))
    shutil.rmtree(tmp_path / "made")
    assert set(kinds_of(results)) == {("references", "selector-overlap")}
    told_apart = {(one.reason, one.finding.check, one.finding.rule) for one in results.acceptances}
    assert {(OF_USERS, "resources", "no-limit"), (OF_USERS, "pod-security", "escalation")} <= told_apart
    assert (OF_TESTS, "images", "not-pinned") in told_apart
