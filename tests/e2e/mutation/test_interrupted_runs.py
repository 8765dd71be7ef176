"""A run of `chartgate mutate` that is interrupted leaves no process behind, whatever it was doing."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.mutation_runs import FILES
from tests.processes import is_running
from tests.unit.chartgate.command_line import MakeChart

PATIENCE = 60
"""How long the test waits for processes to begin and to end, in seconds, on a slow machine."""
ENDLESS = """\
import pathlib, subprocess
def test_endless(render):
    labels = render().only("ConfigMap").manifest["metadata"].get("labels")
    if {condition}:
        program = subprocess.Popen(["sleep", "3600"])
        pathlib.Path({note!r}).write_text("begun")
        program.wait()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
@pytest.mark.parametrize(
    "condition", ["labels == {'app': 'shop'}", "labels != {'app': 'shop'}"], ids=["the chart", "a mutant"]
)
def test_no_process_is_left_of_a_run_that_is_interrupted_in_a_test(
    tests: str, make_chart: MakeChart, tmp_path: Path, condition: str, sent: signal.Signals
) -> None:
    note = tmp_path / "note"
    Path(tests).write_text(ENDLESS.format(condition=condition, note=str(note)), encoding="utf-8")
    # A shell starts what runs in the background, as these tests may, with Ctrl-C ignored.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    # As in CI, no terminal sends the signal to the other processes, too.
    run = subprocess.Popen(
        [sys.executable, "-m", "chartgate", "mutate", str(make_chart(FILES)), "--tests", tests, "--seconds", "600"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed,
    )
    assert _comes(note.exists), "the test did not begin"
    others = [*_descendants(run.pid)]
    assert len(others) > 2
    run.send_signal(sent)
    error = run.communicate(timeout=PATIENCE)[1]
    if sent != signal.SIGKILL:
        assert run.returncode == 130
        assert error.splitlines()[-1] == "chartgate: interrupted"
    assert _comes(lambda: not any(map(is_running, others))), [
        Path(f"/proc/{one}/cmdline").read_bytes() for one in others if is_running(one)
    ]


def _comes(condition: Callable[[], bool]) -> bool:
    """Whether a condition becomes true while the test waits."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def _descendants(process: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            _, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if int(parent) == process:
                child = int(stat.parent.name)
                yield from (child, *_descendants(child))
