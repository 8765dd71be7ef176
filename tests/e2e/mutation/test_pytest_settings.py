"""`chartgate mutate` with pytest tests: settings of the user for pytest, and paths without tests."""

from pathlib import Path

import pytest

from chartgate import cli
from chartgate.errors import GateError
from chartgate.tools.test_server.client import TestServer
from tests.mutation_runs import FILES, LABEL, SHOP, Mutate, by_change
from tests.unit.chartgate.command_line import MakeChart


def test_settings_for_xdist_do_not_keep_tests_from_running(mutate: Mutate, tests: str) -> None:
    Path(tests).with_name("pytest.ini").write_text("[pytest]\naddopts = -n 2\n", encoding="utf-8")
    Path(tests).write_text(LABEL, encoding="utf-8")
    assert by_change(mutate({}, "--kind", "changed scalar", "--tests", tests)[1])[SHOP] == ("killed", "pytest")


@pytest.mark.parametrize(
    "options",
    ["--ff", "--lf", "--sw", "-p no:cacheprovider --strict-config", "-p no:xdist", "-n 2"],
)
def test_settings_for_other_runs_change_no_tests_and_nothing_is_written_beside_them(tests: str, options: str) -> None:
    settings, cache = Path(tests).with_name("pytest.ini"), Path(tests).with_name(".pytest_cache")
    settings.write_text(f"[pytest]\naddopts = {options}\n", encoding="utf-8")
    failed = cache / "v" / "cache" / "lastfailed"
    failed.parent.mkdir(parents=True)
    failed.write_text('{"test_shop.py::test_label": true}', encoding="utf-8")
    Path(tests).write_text(f"def test_a():\n    pass\n{LABEL}", encoding="utf-8")
    with TestServer([tests]) as server:
        assert server.tests == ("test_shop.py::test_a", "test_shop.py::test_label")
    assert [path for path in cache.rglob("*") if path.is_file()] == [failed]
    assert failed.read_text(encoding="utf-8") == '{"test_shop.py::test_label": true}'


def test_settings_that_pytest_does_not_know_are_named(tests: str) -> None:
    settings = Path(tests).with_name("pytest.ini")
    settings.write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    with TestServer([tests]) as server, pytest.raises(GateError) as caught:
        _ = server.tests
    words = f"pytest cannot collect the tests: unrecognized arguments: --no-such-option; inifile: {settings}"
    assert str(caught.value).startswith(words)


def test_paths_without_tests_are_an_error(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert cli.main(["mutate", str(make_chart(FILES)), "--tests", str(empty)]) == 2
    assert f"chartgate: no test in {empty}: correct the path\n" in capsys.readouterr().err
