"""An interrupted run tells what it has found."""

from pathlib import Path

import pytest

from chartgate import cli, gate
from chartgate.findings.check import Check, Fault
from chartgate.findings.registry import BY_KEY
from chartgate.findings.scopes import EachObject
from tests.unit.chartgate.command_line import TWO_SEVERITIES, VERSIONS, MakeChart


def interrupting(key: str) -> Check:
    """A check with this key that is interrupted."""

    def judge(*_: object) -> list[Fault]:
        raise KeyboardInterrupt

    return Check(key, "", "", "", (EachObject(judge),))


def test_an_interrupt_while_checking_tells_what_was_found(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = (BY_KEY["render"], BY_KEY["labels"], interrupting("leaks"), BY_KEY["probes"])
    monkeypatch.setattr(gate, "CHECKS", checks)
    report = tmp_path / "report.json"
    options = ["--offered", "--json", str(report)]
    assert cli.main([str(make_chart(TWO_SEVERITIES)), *VERSIONS, *options]) == cli.INTERRUPTED
    captured = capsys.readouterr()
    assert "ConfigMap/c: metadata.labels: " in captured.out
    assert "part of the whole: interrupted, after these checks: render, labels; only Helm 4" in captured.out
    assert "interrupted: this is what was found so far" in captured.err
    assert not report.exists()
    # What was not finished is not told as the result of a later run.
    monkeypatch.setattr(gate, "CHECKS", checks[:1])
    assert cli.main([str(make_chart(TWO_SEVERITIES)), *VERSIONS, "--offered"]) == cli.CLEAN


def test_an_interrupt_while_rendering_tells_what_helm_refused(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gate, "compare", interrupted)
    chart = str(make_chart({"templates/a.yaml": '{{ fail "never" }}'}))
    assert cli.main([chart, *VERSIONS, "--offered"]) == cli.INTERRUPTED
    captured = capsys.readouterr()
    assert "[refused] in 1 case: defaults" in captured.out
    assert "part of the whole: interrupted, after these checks: render" in captured.out
