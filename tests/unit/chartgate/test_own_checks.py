"""Checks that users add: in a folder that the settings name, or in an installed package."""

import json
import re
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from chartgate import cli, gate
from chartgate.findings import own_checks
from chartgate.findings.registry import CHECKS
from chartgate.tools import installed_checks
from chartgate.values.chart import read_chart
from chartgate.values.packed_chart import is_packed
from tests.documents import ROOT, blocks
from tests.unit.chartgate.test_contributing import MODULE as SERVICE_LINKS

MakeChart = Callable[[dict[str, str]], Path]

EXAMPLES = {
    block.language: block.text
    for block in blocks(ROOT / "docs" / "own-checks.md")
    if block.run_by == "tests/unit/chartgate/test_own_checks.py"
}
TEAM_LABEL = EXAMPLES["python"]
POD_SPEC = "{template: {spec: {enableServiceLinks: false}}}"
DEPLOYMENT = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {POD_SPEC}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n"
QUICK = ["--helm", "embedded", "--kube", "1.37", "--offered"]
BOTH = {
    "templates/a.yaml": DEPLOYMENT,
    "templates/b.yaml": POD,
    "chartgate.yaml": EXAMPLES["yaml"],
    "../gate-checks/team_label.py": TEAM_LABEL,
    "../gate-checks/service_links.py": SERVICE_LINKS,
}


@pytest.fixture(autouse=True)
def _few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        gate, "CHECKS", tuple(check for check in CHECKS if check.key in {"render", "chart", "exceptions"})
    )


def report_of(chart: Path, *options: str) -> dict[str, object]:
    report = chart.parent / "report.json"
    cli.main([str(chart), *QUICK, "--json", str(report), *options])
    data: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return data


def found(chart: Path, *options: str) -> list[tuple[str, str]]:
    findings = report_of(chart, *options)["findings"]
    assert isinstance(findings, list)
    return sorted((f"{one['check']}/{one['rule']}", one["severity"]) for one in findings if one["check"] != "chart")


def test_the_modules_of_a_folder_are_checks_as_any_other(make_chart: MakeChart) -> None:
    chart = make_chart(BOTH)
    both = [("service-links/enabled", "error"), ("team-label/missing", "warning")]
    assert found(chart) == both
    assert found(chart, "--select", "team-label") == both[1:]
    assert found(chart, "--ignore", "team-label/*") == both[:1]
    make_chart({"templates/a.yaml": DEPLOYMENT.replace("name: web", "name: web, labels: {team: a}")})
    assert found(chart) == both[:1]


def test_of_several_charts_one_alone_may_have_a_selected_check(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart, other = make_chart(BOTH), tmp_path / "other"
    (other / "templates").mkdir(parents=True)
    (other / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    (other / "templates" / "a.yaml").write_text(DEPLOYMENT)
    order = [str(other), str(chart), *QUICK]
    assert cli.main([*order, "--select", "team-label"]) == cli.FINDINGS
    captured = capsys.readouterr()
    assert captured.out.count("no findings") == 1
    assert "has no label team" in captured.out
    assert "no check matches" not in captured.err
    assert cli.main([*order, "--select", "team-labels"]) == cli.UNUSABLE
    captured = capsys.readouterr()
    assert captured.err.count('no check matches "team-labels"') == 1
    assert captured.err.count("team-label,") + captured.err.count("team-label\n") == 1


def test_they_are_listed_and_explained_with_the_chart(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart(BOTH)
    assert cli.main(["checks", str(chart)]) == cli.CLEAN
    assert "Team label" in capsys.readouterr().out
    assert cli.main(["explain", "team-label/missing", str(chart)]) == cli.CLEAN
    assert "add the label team" in capsys.readouterr().out
    assert cli.main(["explain", "team-label"]) == cli.UNUSABLE
    other = tmp_path / "other.yaml"
    other.write_text("{}", encoding="utf-8")
    assert cli.main(["checks", str(chart), "--settings", str(other)]) == cli.CLEAN
    assert "Team label" not in capsys.readouterr().out
    assert cli.main(["checks", "--settings", str(other)]) == cli.UNUSABLE
    assert "--settings needs a chart" in capsys.readouterr().err


def test_every_report_knows_them(make_chart: MakeChart) -> None:
    chart = make_chart(BOTH)
    wanted = {name: chart.parent / f"out.{name}" for name in ("sarif", "html", "junit", "markdown", "code-quality")}
    cli.main([str(chart), *QUICK, *(word for name, path in wanted.items() for word in (f"--{name}", str(path)))])
    assert all("team-label" in path.read_text(encoding="utf-8") for path in wanted.values())
    (run,) = json.loads(wanted["sarif"].read_text(encoding="utf-8"))["runs"]
    (rule,) = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "team-label/missing"]
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert "helpUri" not in rule


def test_exceptions_annotations_and_a_baseline_accept_their_findings(make_chart: MakeChart, tmp_path: Path) -> None:
    accepted = f"{EXAMPLES['yaml']}exceptions: [{{check: team-label, rule: missing, reason: nobody runs it}}]\n"
    annotated = POD.replace("name: p", "name: p, annotations: {ignore.chartgate/service-links: it needs them}")
    chart = make_chart({**BOTH, "chartgate.yaml": accepted, "templates/b.yaml": annotated})
    assert found(chart) == []
    chart, baseline = make_chart(BOTH), tmp_path / "baseline.json"
    assert cli.main([str(chart), *QUICK, "--write-baseline", str(baseline)]) == cli.FINDINGS
    assert found(chart, "--baseline", str(baseline)) == []


def test_a_change_of_any_file_in_the_folder_runs_again(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    helper = "from pathlib import Path\n\nWORD = Path(__file__).with_name('word.txt').read_text()\n"
    module = TEAM_LABEL.replace("has no label team", "{WORD}").replace('"{WORD}"', "WORD")
    folder = "../gate-checks"
    chart = make_chart(
        {
            **BOTH,
            f"{folder}/team_label.py": f"from ._words import WORD\n{module}",
            f"{folder}/_words.py": helper,
            f"{folder}/word.txt": "says nothing",
        }
    )
    for word in ("says nothing", "says something else"):
        make_chart({f"{folder}/word.txt": word})
        for known in (False, True):
            assert cli.main([str(chart), *QUICK]) == cli.FINDINGS
            out = capsys.readouterr()
            assert word in out.out
            assert ("nothing changed" in out.err) is known
    assert not list((chart.parent / "gate-checks").rglob("__pycache__"))


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("import no_such_module\n", r"a\.py: cannot be imported: ModuleNotFoundError: .*\(line 1 of .*/a\.py\)"),
        ("def f(:\n", r"a\.py: cannot be imported: SyntaxError: "),
        ("raise SystemExit(0)\n", r"a\.py: cannot be imported: SystemExit"),
        ("X = 1\n", r"a\.py: has no CHECK .*begin the name of a helper module with an underscore"),
        ("CHECK = 1\n", r"a\.py: has no CHECK "),
        (TEAM_LABEL.replace("team-label", "team label"), r"a\.py: the key 'team label' is not a name"),
        (TEAM_LABEL.replace('"missing": Rule', '"a/b": Rule'), r"a\.py: the rule 'a/b' is not a Rule under a name"),
        (TEAM_LABEL.replace('severity="warning"', 'severity="bad"'), r"a\.py: 'bad' is not a severity: choose one of "),
        (re.sub(r"scopes=.*,$", "scopes=(),", TEAM_LABEL, flags=re.MULTILINE), r"a\.py: the check has no scope"),
        (
            TEAM_LABEL.replace("team-label", "labels"),
            r'a\.py: the key "labels" is that of a check of chartgate: choose',
        ),
    ],
)
def test_a_module_that_cannot_be_used_ends_the_run(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], module: str, complaint: str
) -> None:
    chart = make_chart({"chartgate.yaml": "checks: [../c]\n", "../c/a.py": module})
    for command in ([str(chart), *QUICK], ["checks", str(chart)], ["explain", "labels", str(chart)]):
        assert cli.main(command) == cli.UNUSABLE
        assert re.search(complaint, capsys.readouterr().err)


def test_two_modules_with_one_key_are_refused(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"chartgate.yaml": "checks: [../c]\n", "../c/a.py": TEAM_LABEL, "../c/b.py": TEAM_LABEL})
    assert cli.main([str(chart), *QUICK]) == cli.UNUSABLE
    assert 'c/b.py: the key "team-label" is that of' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "complaint"),
    [({}, "c: is not a folder: correct `checks`"), ({"../c/_a.py": "X = 1\n"}, "c: has no module with a check")],
)
def test_a_folder_without_a_check_is_refused(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], files: dict[str, str], complaint: str
) -> None:
    chart = make_chart({"chartgate.yaml": "checks: [../c]\n", **files})
    assert cli.main([str(chart), *QUICK]) == cli.UNUSABLE
    assert complaint in capsys.readouterr().err


def test_an_error_in_a_judge_is_a_finding_with_its_line(make_chart: MakeChart) -> None:
    chart = make_chart({**BOTH, "../gate-checks/team_label.py": TEAM_LABEL.replace("obj.labels", "obj.label")})
    findings = report_of(chart)["findings"]
    assert isinstance(findings, list)
    (finding,) = [one for one in findings if one["check"] == "team-label"]
    assert finding["rule"] == "malformed"
    line = TEAM_LABEL.splitlines().index('    if "team" not in obj.labels:') + 1
    assert f"(AttributeError at team_label.py:{line})" in finding["what"]


def test_a_folder_that_is_packed_with_the_chart_is_found(make_chart: MakeChart) -> None:
    chart = make_chart({"chartgate.yaml": "checks: [checks]\n", "checks/a.py": TEAM_LABEL})
    rules = {(one.check, one.rule, str(one.about)) for one in gate.run(chart).general}
    assert ("chart", "packed-checks", "checks/") in rules
    make_chart({".helmignore": "checks/\n"})
    assert not {one.rule for one in gate.run(chart).general} & {"packed-checks"}


def test_no_code_of_an_archive_runs(make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({**BOTH, "chartgate.yaml": "checks: [checks]\n", "checks/a.py": "raise SystemExit(3)\n"})
    archive = tmp_path / "tiny-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(chart, "tiny")
    assert is_packed(archive)
    assert cli.main([str(archive), *QUICK]) == cli.CLEAN
    assert "left out: the checks that chartgate.yaml in the archive names" in capsys.readouterr().out
    own = tmp_path / "own.yaml"
    own.write_text("checks: [gate-checks]\n", encoding="utf-8")
    assert found_in(archive, own) == ["service-links", "team-label"]


def found_in(archive: Path, settings: Path) -> list[str]:
    results = gate.check(read_chart(archive, settings_file=settings))
    return sorted({finding.check for finding in results.occurrences_by_render} - {"chart"})


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Installs a package `our_checks` with a module and an entry point, for the length of a test."""

    def install(module: str, value: str) -> None:
        site = tmp_path / "site"
        metadata = site / "our_checks-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: our-checks\nVersion: 1\n", encoding="utf-8")
        (metadata / "entry_points.txt").write_text(f"[chartgate.checks]\nteam-label = {value}\n", encoding="utf-8")
        (site / "our_checks").mkdir()
        (site / "our_checks" / "__init__.py").write_text("", encoding="utf-8")
        (site / "our_checks" / "team_label.py").write_text(module, encoding="utf-8")
        monkeypatch.syspath_prepend(site)

    def forget() -> None:
        own_checks._installed.cache_clear()
        installed_checks.digests.cache_clear()
        for name in [name for name in sys.modules if name.split(".")[0] == "our_checks"]:
            del sys.modules[name]

    forget()
    yield install
    forget()


def test_an_installed_package_adds_a_check(installed: Callable[[str, str], None], make_chart: MakeChart) -> None:
    ((name, value),) = tomllib.loads(EXAMPLES["toml"])["project"]["entry-points"]["chartgate.checks"].items()
    assert name == "team-label"
    before = installed_checks.digests()
    installed_checks.digests.cache_clear()
    installed(TEAM_LABEL, value)
    assert found(make_chart({"templates/a.yaml": DEPLOYMENT})) == [("team-label/missing", "warning")]
    assert cli.main(["explain", "team-label"]) == cli.CLEAN
    assert installed_checks.digests() != before


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("raise ValueError('broken')", "cannot be imported: ValueError: broken: correct or uninstall the package"),
        (TEAM_LABEL.replace("team-label", "labels"), 'the key "labels" is that of a check of chartgate'),
    ],
)
def test_a_package_with_a_broken_check_is_named(
    installed: Callable[[str, str], None], capsys: pytest.CaptureFixture[str], module: str, complaint: str
) -> None:
    installed(module, "our_checks.team_label:CHECK")
    assert cli.main(["checks"]) == cli.UNUSABLE
    assert f"entry point team-label of our-checks: {complaint}" in capsys.readouterr().err


def test_the_settings_of_the_document_are_those_of_the_tests() -> None:
    assert yaml.safe_load(EXAMPLES["yaml"]) == {"checks": ["../gate-checks"]}
