"""`chartgate mutate`: faults that the gate or the chart's tests notice, and those that nothing notices."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate import cli, mutation
from chartgate.releases.mutants.mutant import KINDS
from chartgate.releases.mutants.tests import ChartTests
from chartgate.tools.test_server.client import TestServer
from chartgate.tools.test_server.messages import Request
from chartgate.values.case import Case
from tests.documents import blocks
from tests.unit.chartgate.command_line import MakeChart

DOCUMENT = Path(__file__).parents[3] / "docs" / "mutation.md"
CONFIG = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels:\n    app: shop\n"
    "data:\n  host: {{ .Values.host | quote }}\n"
)
FILES = {"chartgate.yaml": "helm: ['4']\n", "values.yaml": "host: a.example\n", "templates/config.yaml": CONFIG}
TESTS = (
    "def test_the_host_comes_from_the_values(render):\n"
    "    (config,) = render({'host': '1'})\n"
    "    assert config.manifest['data'] == {'host': '1'}\n"
)
LABEL = "def test_label(render):\n    assert '-x' not in str(render().only('ConfigMap').manifest)\n"
SHOP = "changed scalar: app: shop → app: shop-x"
ENDLESS = "{{ range until 900000 }}{{ range until 900000 }}{{ if .a }}{{ end }}{{ end }}{{ end }}"

Mutate = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def mutate(make_chart: MakeChart, tmp_path: Path) -> Mutate:
    """The exit code and the JSON report about a chart of these files."""

    def run(files: dict[str, str], *options: str) -> tuple[int, dict[str, Any]]:
        report = tmp_path / "mutants.json"
        code = cli.main(["mutate", str(make_chart({**FILES, **files})), "--json", str(report), *options])
        return code, json.loads(report.read_text(encoding="utf-8"))

    return run


def by_change(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["change"]: (one["state"], one["by"]) for one in report["mutants"]}


@pytest.fixture
def tests(tmp_path: Path) -> str:
    """A file of tests of the chart."""
    path = tmp_path / "shop_tests" / "test_shop.py"
    path.parent.mkdir()
    path.write_text(TESTS, encoding="utf-8")
    return str(path)


def test_tests_notice_what_the_gate_does_not(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text(LABEL, encoding="utf-8")
    assert by_change(mutate({})[1])[SHOP] == ("survived", "")
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


def test_the_gate_notices_a_value_that_nothing_reads_any_more(mutate: Mutate) -> None:
    assert by_change(mutate({})[1])["removed line: host: {{ .Values.host | quote }}"] == ("killed", "gate")


def test_a_check_that_is_left_out_is_told(mutate: Mutate) -> None:
    assert "left out: the check checkov" in "".join(
        mutate({}, "--kind", "swapped arguments", "--kind", "changed scalar")[1]["notices"]
    )


def test_a_pytest_that_ends_notices_nothing(mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "import os\ndef test_x(render):\n    if '-x' in str(render().only('ConfigMap').manifest):\n"
        "        os.kill(os.getppid(), 9)\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        mutate({}, "--tests", tests)
    assert "pytest has ended while tests ran" in capsys.readouterr().err


def test_a_program_of_a_test_that_takes_too_long_ends_with_it(tests: str, make_chart: MakeChart) -> None:
    note = Path(tests).with_name("process")
    code = (
        "import pathlib, subprocess\ndef test_x(chart):\n"
        "    program = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        f"    pathlib.Path('{note}').write_text(str(program.pid))\n"
        "    program.wait()\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    with TestServer([tests]) as server:
        answer = server.run(Request(str(make_chart(FILES)), server.tests, seconds=2))
    assert answer.ended == "took more than 2 s"
    assert not is_running(int(note.read_text()))


def is_running(process: int) -> bool:
    """Whether a process runs. One that has ended, and that nobody has waited for, does not."""
    path = Path(f"/proc/{process}/stat")
    try:
        return path.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_tests_that_a_time_limit_leaves_out_run_with_a_longer_one() -> None:
    case = Case("x")
    found = ChartTests([], {"a": 6.0, "b": 6.0}, {case: ["a", "b"]})
    assert found.of([case], 8, {}) == ["a"]
    assert found.of([case], 20, {}, without={"a"}) == ["b"]


def test_a_slow_test_gets_the_time_that_the_user_gives(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text(f"import time\n{LABEL}    time.sleep(3)\n", encoding="utf-8")
    options = ("--tests", tests, "--kind", "changed scalar")
    _, report = mutate({}, *options, "--seconds", "2")
    assert by_change(report)[SHOP][0] == "survived"
    assert "left out, because it takes more than the 2 s of --seconds" in "".join(report["notices"])
    assert by_change(mutate({}, *options)[1])[SHOP] == ("killed", "pytest")


def test_a_test_that_is_too_slow_for_the_limits_comes_nearest(
    mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.mutation.trial.Trial.limits", (0.0, 0.0, 0.0, 0.0))
    # Of the gate's cases none reaches the line.
    config = CONFIG.replace("    app: shop\n", '{{ if eq .Values.host "1" }}\n    app: shop\n{{ end }}\n')
    Path(tests).write_text(LABEL.replace("render()", "render({'host': '1'})"), encoding="utf-8")
    (one,) = (
        one
        for one in mutate({"templates/config.yaml": config}, "--tests", tests)[1]["mutants"]
        if one["change"] == SHOP
    )
    assert one["state"] == "survived"
    assert one["what"].endswith("test_shop.py::test_label")


def test_a_survivor_is_shown_with_its_diff_and_what_comes_nearest(
    mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = mutate({}, "--tests", tests, "--file", "templates/*")
    (text,) = (block.text for block in blocks(DOCUMENT) if block.language == "text")
    said = capsys.readouterr().out
    for line in text.strip().splitlines():
        assert line.replace("case defaults", "") in said
    assert code == 0, "without --fail-under, survivors are no findings"
    (shop,) = (one for one in report["mutants"] if one["change"] == SHOP)
    assert "+    app: shop-x" in shop["diff"]


def test_a_listed_survivor_does_not_count(mutate: Mutate, capsys: pytest.CaptureFixture[str]) -> None:
    documented = next(text for block in blocks(DOCUMENT) if "survivors" in (text := block.text))
    settings = yaml.safe_dump({"helm": ["4"], **yaml.safe_load(documented)})
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}")
    files = {"chartgate.yaml": settings, "templates/config.yaml": config}
    code, report = mutate(files, "--kind", "changed scalar", "--fail-under", "100")
    assert (code, by_change(report)[SHOP][0]) == (0, "listed")
    assert "1 listed" in capsys.readouterr().out


def documented_entry_for_other_tests() -> str:
    documented = next(
        block.text for block in blocks(DOCUMENT) if "noticedBy" in block.text and block.language == "yaml"
    )
    return yaml.safe_dump({"helm": ["4"], **yaml.safe_load(documented)})


def test_an_entry_for_other_tests_does_not_hold_in_a_run_with_them(
    mutate: Mutate, capsys: pytest.CaptureFixture[str], make_chart: MakeChart
) -> None:
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}")
    files = {"chartgate.yaml": documented_entry_for_other_tests(), "templates/config.yaml": config}
    noticing, idle = ({**files, "tests/test_programs.py": code} for code in (LABEL, TESTS))
    code, report = mutate(idle, "--kind", "changed scalar", "--fail-under", "100")
    assert (code, by_change(report)[SHOP][0], report["faults"]) == (0, "listed", [])
    assert "1 listed (1 for other tests)" in capsys.readouterr().out
    tests = str(make_chart({**FILES, **idle}) / "tests" / "test_programs.py")
    options = ("--kind", "changed scalar", "--tests", tests, "--fail-under", "100")
    code, report = mutate(idle, *options)
    assert (code, by_change(report)[SHOP][0]) == (1, "survived")
    code, report = mutate(noticing, *options)
    assert (code, by_change(report)[SHOP][0], report["faults"]) == (0, "killed", [])


def test_an_entry_for_tests_that_are_not_there_is_a_fault(mutate: Mutate) -> None:
    code, report = mutate({"chartgate.yaml": documented_entry_for_other_tests()}, "--kind", "changed scalar")
    assert code == 1
    assert "tests/test_programs.py: there are no such tests" in report["faults"][0]


def test_an_entry_about_a_mutant_that_is_noticed_is_a_fault(mutate: Mutate) -> None:
    entry = {"file": "templates/*", "mutants": ["removed line: host"], "reason": "Nobody needs it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    code, report = mutate({"chartgate.yaml": settings})
    assert code == 1
    assert "templates/config.yaml:8 is noticed by" in report["faults"][0]


def test_an_entry_about_no_mutant_is_a_fault(mutate: Mutate) -> None:
    entry = {"file": "templates/*", "mutants": ["no such change"], "reason": "Nobody needs it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    code, report = mutate({"chartgate.yaml": settings})
    assert code == 1
    assert "there is no such mutant" in report["faults"][0]


def test_too_small_a_share_is_a_finding(mutate: Mutate) -> None:
    assert mutate({}, "--kind", "changed scalar", "--fail-under", "100")[0] == 1


def test_a_second_run_knows_the_outcomes(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mutate({}, "--fresh")[1]
    monkeypatch.setattr("chartgate.mutation._tried", lambda *_: pytest.fail("a mutant is tried again"))
    assert mutate({})[1] == first


def test_a_part_and_a_sample_are_the_same_each_time(mutate: Mutate) -> None:
    whole = [*by_change(mutate({})[1])]
    one, other = ([*by_change(mutate({}, "--shard", f"{part}/2")[1])] for part in (1, 2))
    assert sorted([*one, *other]) == sorted(whole)
    sample = [*by_change(mutate({}, "--sample", "2")[1])]
    assert len(sample) == 2
    assert sample == [*by_change(mutate({}, "--sample", "2")[1])]


def test_a_test_that_fails_on_the_unchanged_chart_is_an_error(
    mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(tests).write_text("def test_x(render):\n    assert not render()\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        mutate({}, "--tests", tests, "--fresh")
    assert "test_x: fails on the unchanged chart" in capsys.readouterr().err


def test_tests_that_cannot_be_collected_are_an_error(
    mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(tests).write_text("import no_such_module\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        mutate({}, "--tests", tests, "--fresh")
    assert "no_such_module" in capsys.readouterr().err


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mutants that are tried from now on."""
    tried: list[str] = []
    original = mutation._tried

    def recording(trial: Any, mutants: Any, memory: Any) -> Any:
        tried.extend(mutant.change for mutant in mutants)
        return original(trial, mutants, memory)

    monkeypatch.setattr(mutation, "_tried", recording)
    return tried


def test_a_new_test_is_tried_on_survivors_alone(mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(Path(tests).parent)
    first = mutate({}, "--tests", folder)[1]
    survivors = [change for change, (state, _) in by_change(first).items() if state in {"survived", "unseen"}]
    assert SHOP in survivors
    assert "killed" in [state for state, by in by_change(first).values() if by == "pytest"]
    tried = recorded(monkeypatch)
    Path(tests).with_name("test_label.py").write_text(LABEL, encoding="utf-8")
    assert by_change(mutate({}, "--tests", folder)[1])[SHOP] == ("killed", "pytest")
    assert tried == [*survivors]
    # The test that had noticed some mutants says something else now: they are tried again.
    tried.clear()
    noticed = [change for change, (_, by) in by_change(first).items() if by == "pytest"]
    Path(tests).write_text(f"# new\n{TESTS}", encoding="utf-8")
    mutate({}, "--tests", folder)
    assert {*noticed} <= {*tried}
    assert SHOP not in tried


def test_other_tests_are_another_run(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text("def test_nothing(render):\n    render()\n" + LABEL, encoding="utf-8")
    assert by_change(mutate({}, "--tests", f"{tests}::test_nothing")[1])[SHOP][0] == "survived"
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


def test_settings_for_xdist_do_not_keep_tests_from_running(mutate: Mutate, tests: str) -> None:
    Path(tests).with_name("pytest.ini").write_text("[pytest]\naddopts = -n 2\n", encoding="utf-8")
    Path(tests).write_text(LABEL, encoding="utf-8")
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


@pytest.mark.parametrize(
    "code",
    [
        # It fails at the first run on each mutant, and passes at the second.
        "def test_x(render):\n"
        "    told = str(render().only('ConfigMap').manifest)\n"
        "    known = flag.read_text() if flag.exists() else told if '-x' not in told else ''\n"
        "    flag.write_text(told)\n"
        "    assert '-x' not in told or known == told\n",
        # It passes only after another test, which makes no render.
        "def test_first():\n    os.environ['FIRST'] = '1'\n"
        "def test_second(render):\n    render()\n    assert 'FIRST' in os.environ\n",
    ],
    ids=["at random", "without the test before it"],
)
def test_a_test_that_fails_for_another_reason_notices_nothing(mutate: Mutate, tests: str, code: str) -> None:
    flag = Path(tests).parent / "flag"
    head = f"import os, pathlib\nflag = pathlib.Path(f'{flag}-{{os.getpid()}}')\n"
    Path(tests).write_text(head + code, encoding="utf-8")
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP][0] == "survived"


def test_tests_that_read_another_chart_are_told(mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(tests).write_text("def test_nothing(chart):\n    assert chart\n", encoding="utf-8")
    mutate({}, "--tests", tests)
    assert "the tests pass on a chart that Helm refuses" in capsys.readouterr().out


def test_a_survivor_that_is_listed_now_needs_no_new_run(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate({}, "--kind", "changed scalar")
    monkeypatch.setattr("chartgate.mutation._tried", lambda *_: pytest.fail("a mutant is tried again"))
    entry = {"file": "templates/*", "mutants": ["app: shop"], "reason": "Nobody selects by it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    assert by_change(mutate({"chartgate.yaml": settings}, "--kind", "changed scalar")[1])[SHOP][0] == "listed"


def test_a_mutant_that_helm_does_not_finish_is_noticed(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chartgate.tools.embedded.process.ANSWER_SECONDS", 2)
    template = "{{ if .Values.endless }}" + ENDLESS + "{{ end }}" + CONFIG
    files = {"values.yaml": "host: a.example\nendless: false\n", "templates/config.yaml": template}
    found = by_change(mutate(files, "--kind", "negated condition", "--case", "defaults")[1])
    assert found["negated condition: .Values.endless → not (.Values.endless)"] == ("killed", "gate")


def test_a_link_that_leads_nowhere_is_not_copied(mutate: Mutate, tests: str, make_chart: MakeChart) -> None:
    files = {".helmignore": "ignored/\n", "ignored/empty": ""}
    (make_chart({**FILES, **files}) / "ignored" / "link").symlink_to("/nowhere")
    assert by_change(mutate(files, "--tests", tests)[1])[SHOP][0] == "survived"


def test_fixtures_end_also_after_a_test_that_notices_a_mutant(mutate: Mutate, tests: str) -> None:
    log = Path(tests).parent / "log"
    fixture = (
        f"import pathlib, pytest\nlog = pathlib.Path({str(log)!r})\n"
        "def tell(word):\n    with log.open('a') as file:\n        file.write(word + '\\n')\n"
        "@pytest.fixture(scope='session', autouse=True)\n"
        "def server():\n    tell('started')\n    yield\n    tell('ended')\n"
    )
    Path(tests).write_text(f"{fixture}{LABEL}def test_other(render):\n    assert render()\n", encoding="utf-8")
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP] == ("killed", "pytest")
    told = log.read_text(encoding="utf-8").splitlines()
    assert told.count("started") == told.count("ended") > 3


def test_what_a_test_leaves_in_the_chart_is_gone_for_the_next_mutant(mutate: Mutate, tests: str) -> None:
    code = (
        "def test_x(render, chart):\n    assert not (chart / 'templates' / 'left.yaml').exists()\n    render()\n"
        "    (chart / 'templates' / 'left.yaml').touch()\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP][0] == "survived"


def test_a_finding_that_only_names_another_object_is_not_new(mutate: Mutate) -> None:
    # Without managed-by and the other labels, the object has findings of its own before.
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}-{{ 1 }}")
    report = mutate({"templates/config.yaml": config}, "--kind", "changed number")[1]
    assert not [one for one in report["mutants"] if one["state"] == "killed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "no such kind"), "no such kind"),
        (("--file", "templates/none.yaml"), "no mutant matches"),
        (("--sample", "0"), '"0" is not a number above 0'),
        (("--shard", "3/2"), "is not a part"),
    ],
)
def test_options_that_choose_nothing_are_errors(
    make_chart: MakeChart, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["mutate", str(make_chart(FILES)), *options])
    except SystemExit as end:
        code = int(str(end.code))
    assert code == 2
    assert words in capsys.readouterr().err


def test_a_library_chart_is_an_error(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = "apiVersion: v2\nname: tiny\nversion: 1.0.0\ntype: library\n"
    assert cli.main(["mutate", str(make_chart({**FILES, "Chart.yaml": chart}))]) == 2
    assert "is a library chart" in capsys.readouterr().err


def test_the_document_describes_each_kind() -> None:
    table = "".join(f"| `{kind}` | {text.replace('|', chr(92) + '|')} |\n" for kind, text in KINDS.items())
    assert table in DOCUMENT.read_text(encoding="utf-8"), f"docs/mutation.md: the table should be\n{table}"
