"""An interrupted run tells what it has found."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from chartgate import cli, gate
from chartgate.findings.check import Check, Fault
from chartgate.findings.checkov.scan import KIND
from chartgate.findings.registry import BY_KEY
from chartgate.findings.scopes import EachObject
from chartgate.tools.child_process import run_to_end
from tests.processes import is_running
from tests.unit.chartgate.command_line import TWO_SEVERITIES, VERSIONS, MakeChart

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i:1}]}\n"


def interrupting(key: str) -> Check:
    """A check with this key that is interrupted."""

    def judge(*_: object) -> list[Fault]:
        raise KeyboardInterrupt

    return Check(key, "", "", "", (EachObject(judge),))


def test_an_interrupt_while_checking_shows_the_findings_so_far(
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
    assert "interrupted: the table shows the findings so far" in captured.err
    assert not report.exists()
    # What was not finished is not told as the result of a later run.
    monkeypatch.setattr(gate, "CHECKS", checks[:1])
    assert cli.main([str(make_chart(TWO_SEVERITIES)), *VERSIONS, "--offered"]) == cli.CLEAN


def test_an_interrupt_while_rendering_shows_what_helm_refused(
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


def test_an_interrupted_run_ends_no_program_of_a_later_run(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gate, "CHECKS", (interrupting("leaks"),))
    chart = str(make_chart({"templates/a.yaml": POD}))
    assert cli.main([chart, *VERSIONS, "--offered"]) == cli.INTERRUPTED
    monkeypatch.undo()
    # A direct call, as tests and libraries make it, and a second run: both start checkov.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run_to_end([sys.executable, "-c", ""], folder=tmp_path, environment={}, text="", seconds=60).returncode == 0
    assert cli.main([chart, *VERSIONS, "--offered", "--select", "checkov"]) == cli.FINDINGS
    assert kept_answers(tmp_path / "cache")


def kept_answers(cache: Path) -> list[Path]:
    """What a run keeps as soon as checkov has answered."""
    return [*(cache / "chartgate" / KIND).glob("*.json")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_checkov_runs_ends_the_run_at_once(
    number: signal.Signals, make_chart: MakeChart, tmp_path: Path
) -> None:
    pods = '{{ if .Values.bad }}{{ fail "never" }}{{ end }}{{ range untilStep 0 400 1 }}'
    pods += "\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p{{ . }}}\n"
    pods += "spec: {containers: [{name: c, image: i:1}]}\n{{ end }}"
    chart = make_chart({"templates/a.yaml": pods, "ci/bad-values.yaml": "bad: true\n"})
    options = ["--helm", "embedded", "--kube", "1.37", "--offered", "--select", "checkov"]
    command = [sys.executable, "-m", "chartgate", str(chart), *options]
    # In a cache of its own, checkov's answers are not known.
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    # A shell starts what runs in the background, as these tests may, with Ctrl-C ignored.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=heed,
    ) as process:
        assert process.stderr is not None
        assert any("checkov looks at 400 distinct objects" in line for line in process.stderr)
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    # A run that waits for checkov keeps its answers.
    assert not kept_answers(tmp_path / "cache")
    assert process.returncode == cli.INTERRUPTED
    assert "[refused] in 1 case: ci/bad" in out
    assert "interrupted: the table shows the findings so far" in error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_program_and_what_it_has_started(number: signal.Signals, tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = (
        "import signal, sys\nfrom pathlib import Path\nfrom chartgate.tools.child_process import run_to_end\n"
        "for one in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(one, signal.default_int_handler)\n"
        "run_to_end(sys.argv[1:], folder=Path(), environment={}, text='', seconds=60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, *starting(note)], stderr=subprocess.DEVNULL) as process:
        started = noted(note)
        process.send_signal(number)
        process.wait(timeout=30)
    assert not is_running(started)


def test_an_interrupt_while_suites_run_ends_helm_unittest_and_the_run(make_chart: MakeChart, tmp_path: Path) -> None:
    note, program = tmp_path / "note", tmp_path / "bin" / "helm-unittest"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{starting(note)[-1]}\n", encoding="utf-8")
    program.chmod(0o755)
    suite = "templates: [a.yaml]\ntests: [{it: x, asserts: [{hasDocuments: {count: 1}}]}]\n"
    chart = make_chart({"templates/a.yaml": POD, "tests/a_test.yaml": suite})
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-m", "chartgate", "mutate", str(chart)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        started = noted(note)
        process.send_signal(signal.SIGTERM)
        # The suite alone would have half a minute.
        assert process.wait(timeout=15) == cli.INTERRUPTED
    assert not is_running(started)


def starting(note: Path) -> list[str]:
    """A program that starts another one, notes its process, and waits for it."""
    return ["/bin/sh", "-c", f'sleep 60 & echo $! > "{note}.new"; mv "{note}.new" "{note}"; wait']


def noted(note: Path) -> int:
    """The process that a program has noted, as soon as it has."""
    end = time.monotonic() + 60
    while not note.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return int(note.read_text(encoding="utf-8"))
