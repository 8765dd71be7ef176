"""Where the reports of a run go: files, standard output, pipes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chartgate import cli, gate
from chartgate.errors import GateError
from chartgate.findings.registry import CHECKS
from chartgate.reports.files import json_file, json_pieces, write_report
from tests.unit.chartgate.command_line import (
    CHART,
    VERSIONS,
    MakeChart,
    json_from,
)


def test_the_gate_writes_every_report_it_is_asked_for(
    make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", CHECKS[:1])
    paths = {name: tmp_path / f"report.{name}" for name in ("junit", "sarif", "json", "html")}
    options = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    assert cli.main([str(make_chart(CHART)), *VERSIONS, "--offered", *options]) == cli.CLEAN
    assert [case["name"] for case in json.loads(paths["json"].read_bytes())["cases"]] == ["defaults", "ci/x"]
    assert all(path.stat().st_size for path in paths.values())


def test_a_report_without_a_place_is_reported_before_anything_is_rendered(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "check", None)
    assert cli.main([str(make_chart(CHART)), "--html", "/nowhere/report.html"]) == cli.UNUSABLE
    assert "there is no folder /nowhere" in capsys.readouterr().err


def test_a_report_on_standard_output_leaves_the_table_to_standard_error(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", CHECKS[:1])
    assert cli.main([str(make_chart(CHART)), *VERSIONS, "--offered", "--sarif", "-"]) == cli.CLEAN
    captured = capsys.readouterr()
    assert json_from(captured.out)["version"] == "2.1.0"
    assert "no findings: cases 2" in captured.err


def test_two_reports_on_standard_output_are_refused(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART)), "--sarif", "-", "--json", "-"]) == cli.UNUSABLE
    assert "two reports go to standard output" in capsys.readouterr().err


@pytest.mark.parametrize("reads_all", [True, False], ids=["the reader reads", "the reader goes"])
def test_a_pipe_on_standard_output_gets_the_report(make_chart: MakeChart, *, reads_all: bool) -> None:
    command = [sys.executable, "-m", "chartgate", "diff", *[str(make_chart(CHART))] * 2, "--case", "defaults"]
    with subprocess.Popen(
        [*command, *VERSIONS, "--json", "/dev/stdout"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if reads_all:
            assert json_from(process.stdout.read())["cases"]
        process.stdout.close()
        error = process.stderr.read()
    assert process.returncode == (cli.CLEAN if reads_all else cli.UNUSABLE)
    assert reads_all or "cannot write the report to standard output: Broken pipe" in error
    assert "Traceback" not in error


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(path, b"{}")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"{}", [path])
    with pytest.raises(GateError, match="there is no folder"):
        write_report(tmp_path / "nowhere" / "report.json", b"{}")
    with pytest.raises(GateError, match="is a folder"):
        write_report(tmp_path, b"{}")


def test_through_a_link_the_file_that_it_points_to_is_written(tmp_path: Path) -> None:
    for name in ("there.json", "not-yet.json"):
        link, file = tmp_path / f"link-{name}", tmp_path / name
        link.symlink_to(file)
        write_report(link, b"{}")
        assert link.is_symlink()
        assert file.read_bytes() == b"{}"


def test_a_pipe_and_a_device_get_the_report_and_are_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_report(pipe, b"{}")
    assert os.read(reader, 10) == b"{}"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    write_report(link, b"{}")
    assert link.is_symlink()
    assert stat.S_ISCHR(link.stat().st_mode)


def test_a_report_in_pieces_is_the_same_as_in_one() -> None:
    data = {"a": [{"b": 1}], "é": "x\ny", "list": [1, {"c": []}], "none": [], "map": {"d": {"e": [1]}}, "empty": {}}
    head = {"a": data["a"], "é": data["é"]}
    lists = {"list": iter(data["list"]), "none": iter(())}
    pieces = list(json_pieces(head, lists, {"map": iter({"d": {"e": [1]}}.items()), "empty": iter(())}))
    assert b"".join(pieces) == json_file(data)
    assert len(pieces) > len(data)
    assert b"".join(json_pieces({"a": 1}, {}, {})) == json_file({"a": 1})
