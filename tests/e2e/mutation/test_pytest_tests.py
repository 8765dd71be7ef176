"""`chartgate mutate` with pytest tests of the chart: which of them run, and when one of them notices a mutant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.tools.test_server.client import TestServer
from chartgate.tools.test_server.messages import Request
from tests.documents import blocks
from tests.mutation_runs import (
    CONFIG,
    DOCUMENT,
    FILES,
    LABEL,
    SHOP,
    TESTS,
    Mutate,
    by_change,
    documented_entry_for_other_tests,
    tried_mutants,
)
from tests.processes import is_running

SCALARS = ("--kind", "changed scalar")
"""Mutants among which SHOP is."""

MakeChart = Callable[[dict[str, str]], Path]


def test_tests_notice_what_the_gate_does_not(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text(LABEL, encoding="utf-8")
    assert by_change(mutate({}, *SCALARS)[1])[SHOP] == ("survived", "")
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


def test_a_pytest_that_ends_notices_nothing(mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "import os\ndef test_x(render):\n    if '-x' in str(render().only('ConfigMap').manifest):\n"
        "        os.kill(os.getppid(), 9)\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        mutate({}, *SCALARS, "--tests", tests)
    assert "pytest has ended while tests ran" in capsys.readouterr().err


def test_a_test_that_ends_pytest_does_not_hide_what_ran_before_it(tests: str, make_chart: MakeChart) -> None:
    code = (
        "import pytest\ndef test_a(chart):\n    assert False, 'a fails'\n"
        "def test_b(chart):\n    pytest.exit('install etcd')\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    with TestServer([tests]) as server:
        answer = server.run(Request(str(make_chart(FILES)), server.tests, seconds=20, first=False))
    assert answer.ended == "ended pytest: install etcd"
    assert [*answer.seconds] == [*answer.failed] == ["test_shop.py::test_a"]


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


def test_a_slow_test_gets_the_time_that_the_user_gives(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text(f"import time\n{LABEL}    time.sleep(3)\n", encoding="utf-8")
    options = (*SCALARS, "--tests", tests)
    _, report = mutate({}, *options, "--seconds", "2")
    assert by_change(report)[SHOP][0] == "survived"
    assert "left out, because it takes more than the 2 s of --seconds" in "".join(report["notices"])
    assert by_change(mutate({}, *options)[1])[SHOP] == ("killed", "pytest")


def test_a_test_that_is_too_slow_for_the_limits_comes_nearest(mutate: Mutate, tests: str) -> None:
    # Of the gate's cases none reaches the line.
    config = CONFIG.replace("    app: shop\n", '{{ if eq .Values.host "1" }}\n    app: shop\n{{ end }}\n')
    code = LABEL.replace("render()", "render({'host': '1'})")
    Path(tests).write_text(f"import time\n{code}    time.sleep(2)\n", encoding="utf-8")
    _, report = mutate({"templates/config.yaml": config}, *SCALARS, "--tests", tests, "--seconds", "1")
    (one,) = (one for one in report["mutants"] if one["change"] == SHOP)
    assert one["state"] == "survived"
    assert one["what"].endswith("test_shop.py::test_label")


def test_a_test_that_is_too_slow_for_each_mutant_alone_runs_on_survivors_together(
    mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.mutation.trial.SECONDS", (0.0, 0.0, 0.0, 0.0))
    Path(tests).write_text(LABEL, encoding="utf-8")
    found = by_change(mutate({}, "--tests", tests)[1])
    assert found[SHOP] == ("killed", "pytest")
    assert any(state == "survived" for state, _ in found.values())


def test_a_slow_test_runs_on_survivors_also_if_its_render_was_not_needed_to_choose_others(
    mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.mutation.trial.SECONDS", (0.0, 0.0, 0.0, 0.0))
    code = (
        "import pytest\n@pytest.mark.parametrize('number', range(40))\ndef test_x(render, number):\n"
        "    text = str(render({'host': f'host-{number}'}).only('ConfigMap').manifest)\n"
        "    assert number != 23 or '-x' not in text\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    (one,) = (one for one in mutate({}, "--tests", tests)[1]["mutants"] if one["change"] == SHOP)
    assert one["state"] == "killed"
    assert one["what"].startswith("test_shop.py::test_x[23]")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def test_x(render):\n    assert not render()\n", "test_x: fails on the unchanged chart"),
        ("import no_such_module\n", "no_such_module"),
        ("import pytest\ndef test_x(render):\n    pytest.exit('install etcd')\n", "ended pytest: install etcd"),
    ],
    ids=["a test that fails", "tests that cannot be collected", "a test that ends pytest"],
)
def test_tests_that_fail_on_the_unchanged_chart_are_an_error(
    mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str], code: str, words: str
) -> None:
    Path(tests).write_text(code, encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        mutate({}, *SCALARS, "--tests", tests, "--fresh")
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("often", "noticed"),
    [("not flag.exists()", "test_label: "), ("True", "test_a: took more than 3 s")],
    ids=["once", "each time"],
)
def test_a_test_that_takes_too_long_hides_no_test_after_it(
    mutate: Mutate, tests: str, often: str, noticed: str
) -> None:
    """On a busy machine it is no fault of the mutant, and else it is one."""
    slow = (
        f"import pathlib, time\nflag = pathlib.Path({str(Path(tests).with_name('flag'))!r})\n"
        f"def test_a(render):\n    if '-x' in str(render().only('ConfigMap').manifest) and {often}:\n"
        "        flag.touch()\n        time.sleep(60)\n"
    )
    # The faster one of two tests comes first.
    after = LABEL.replace("    assert", "    time.sleep(0.2)\n    assert")
    Path(tests).write_text(slow + after, encoding="utf-8")
    report = mutate({}, *SCALARS, "--tests", tests, "--seconds", "1")[1]
    (shop,) = (one for one in report["mutants"] if one["change"] == SHOP)
    assert shop["state"] == "killed"
    assert f"test_shop.py::{noticed}" in shop["what"]


def test_what_a_shared_fixture_renders_counts_for_each_test_that_has_it(
    mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests that render nothing are left out.
    monkeypatch.setattr("chartgate.mutation.trial.Trial.other_limit", -1.0)
    fixture = "import pytest\n@pytest.fixture(scope='module')\ndef made(render):\n    return render()\n"
    others = "def test_a(made):\n    pass\n"
    Path(tests).write_text(fixture + others + LABEL.replace("render()", "made").replace("(render)", "(made)"))
    assert by_change(mutate({}, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


def test_of_several_survivors_a_test_without_renders_notices_its_own(mutate: Mutate, tests: str) -> None:
    code = "def test_x(chart):\n    assert 'app: shop\\n' in (chart / 'templates' / 'config.yaml').read_text()\n"
    Path(tests).write_text(code, encoding="utf-8")
    found = by_change(mutate({}, "--tests", tests)[1])
    assert found[SHOP] == ("killed", "pytest")
    assert [change for change, (_, by) in found.items() if by == "pytest" and "shop" not in change] == []
    assert any(state in {"survived", "unseen"} for state, _ in found.values())


@pytest.mark.parametrize("where", ["beside the chart", "in the chart"])
def test_a_new_test_is_tried_on_survivors_alone(
    mutate: Mutate, tests: str, make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    # Python writes compiled code beside the tests.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    if where == "in the chart":
        tests = str(Path(tests).rename(make_chart({"tests/conftest.py": ""}) / "tests/test_shop.py"))
    folder = str(Path(tests).parent)
    first = mutate({}, "--tests", folder)[1]
    survivors = [change for change, (state, _) in by_change(first).items() if state in {"survived", "unseen"}]
    assert SHOP in survivors
    assert "killed" in [state for state, by in by_change(first).values() if by == "pytest"]
    tried = tried_mutants(monkeypatch)
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


def test_a_first_survivor_that_is_noticed_later_is_kept_too(
    mutate: Mutate, tests: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Path(tests).with_name("note")
    # Passes the first time that it sees the change.
    code = (
        "import pathlib\ndef test_x(render):\n    note, text = pathlib.Path"
        f"({str(note)!r}), str(render().only('ConfigMap').manifest)\n"
        "    assert '-x' not in text or not note.exists() and note.write_text(text)\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP] == ("killed", "pytest")
    tried = tried_mutants(monkeypatch)
    mutate({}, *SCALARS, "--tests", tests)
    assert SHOP not in tried


def test_other_tests_are_another_run(mutate: Mutate, tests: str) -> None:
    Path(tests).write_text("def test_nothing(render):\n    render()\n" + LABEL, encoding="utf-8")
    assert by_change(mutate({}, *SCALARS, "--tests", f"{tests}::test_nothing")[1])[SHOP][0] == "survived"
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP] == ("killed", "pytest")


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
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP][0] == "survived"


def test_tests_that_read_another_chart_are_told(mutate: Mutate, tests: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(tests).write_text("def test_nothing(chart):\n    assert chart\n", encoding="utf-8")
    mutate({}, *SCALARS, "--tests", tests)
    assert "the tests pass on a chart that Helm refuses" in capsys.readouterr().out


def test_a_link_that_leads_nowhere_is_not_copied(mutate: Mutate, tests: str, make_chart: MakeChart) -> None:
    files = {".helmignore": "ignored/\n", "ignored/empty": ""}
    (make_chart({**FILES, **files}) / "ignored" / "link").symlink_to("/nowhere")
    assert by_change(mutate(files, *SCALARS, "--tests", tests)[1])[SHOP][0] == "survived"


def test_fixtures_end_also_after_a_test_that_notices_a_mutant(mutate: Mutate, tests: str) -> None:
    log = Path(tests).parent / "log"
    fixture = (
        f"import pathlib, pytest\nlog = pathlib.Path({str(log)!r})\n"
        "def tell(word):\n    with log.open('a') as file:\n        file.write(word + '\\n')\n"
        "@pytest.fixture(scope='session', autouse=True)\n"
        "def server():\n    tell('started')\n    yield\n    tell('ended')\n"
    )
    Path(tests).write_text(f"{fixture}{LABEL}def test_other(render):\n    assert render()\n", encoding="utf-8")
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP] == ("killed", "pytest")
    told = log.read_text(encoding="utf-8").splitlines()
    assert told.count("started") == told.count("ended") > 3


def test_what_a_test_leaves_in_the_chart_is_gone_for_the_next_mutant(mutate: Mutate, tests: str) -> None:
    code = (
        "def test_x(render, chart):\n    assert not (chart / 'templates' / 'left.yaml').exists()\n    render()\n"
        "    (chart / 'templates' / 'left.yaml').touch()\n"
    )
    Path(tests).write_text(code, encoding="utf-8")
    assert by_change(mutate({}, *SCALARS, "--tests", tests)[1])[SHOP][0] == "survived"


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


def test_an_entry_for_other_tests_does_not_hold_in_a_run_with_them(
    mutate: Mutate, capsys: pytest.CaptureFixture[str], make_chart: MakeChart
) -> None:
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}")
    files = {"chartgate.yaml": documented_entry_for_other_tests(), "templates/config.yaml": config}
    noticing, idle = ({**files, "tests/test_programs.py": code} for code in (LABEL, TESTS))
    code, report = mutate(idle, *SCALARS, "--fail-under", "100")
    assert (code, by_change(report)[SHOP][0], report["faults"]) == (0, "listed", [])
    assert "1 listed (1 for other tests)" in capsys.readouterr().out
    tests = str(make_chart({**FILES, **idle}) / "tests" / "test_programs.py")
    options = (*SCALARS, "--tests", tests, "--fail-under", "100")
    code, report = mutate(idle, *options)
    assert (code, by_change(report)[SHOP][0]) == (1, "survived")
    code, report = mutate(noticing, *options)
    assert (code, by_change(report)[SHOP][0], report["faults"]) == (0, "killed", [])
