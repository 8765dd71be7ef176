"""Workers of Helm's library: one that dies is replaced, two work at once, and none stays behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from chartgate.errors import GateError
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.tools.cache import cache_folder
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED, stop_workers
from chartgate.tools.embedded.worker import CHARTS

MakeChart = Callable[[dict[str, str]], Path]

SECONDS = 30
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: {{ .Values.value | quote }}}\n"
ENDLESS = "{{ range until 2000000000 }}{{ end }}"


def value_of(chart: Path, value: object) -> object:
    release: Release = render(read_chart_files(chart), helm=EMBEDDED, values={"value": value}, cached=False)
    return release.only("ConfigMap").at("data.value")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for temporary files, and workers that were started with it."""
    stop_workers()
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    stop_workers()


def workers_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [child for child in children if b"embedded.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what} within {SECONDS} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_is_killed_between_renders_is_replaced(make_chart: MakeChart, scratch: Path) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP})
    assert value_of(chart, 1) == "1"
    (worker,) = workers_of(os.getpid())
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(GateError, match=r"embedded Helm was killed by signal 9 .* name Helm programs with --helm"):
        value_of(chart, 2)
    assert value_of(chart, 3) == "3"
    stop_workers()
    assert not list(scratch.iterdir())


def test_a_worker_that_is_killed_in_the_middle_is_replaced(make_chart: MakeChart, scratch: Path) -> None:
    chart = make_chart({"templates/a.yaml": f"{{{{ if .Values.endless }}}}{ENDLESS}{{{{ end }}}}{CONFIG_MAP}"})
    assert value_of(chart, 1) == "1"
    with ThreadPoolExecutor(1) as pool:
        (worker,) = workers_of(os.getpid())
        rendering = pool.submit(render, read_chart_files(chart), helm=EMBEDDED, values={"endless": True}, cached=False)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(GateError, match="killed by signal 9"):
            rendering.result(SECONDS)
    assert value_of(chart, 2) == "2"
    stop_workers()
    assert not list(scratch.iterdir())


def test_two_threads_get_each_their_own_answer(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP})
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda number: value_of(chart, number), range(40))) == [str(n) for n in range(40)]


def test_a_chart_that_changes_between_renders_is_read_again(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP})
    assert value_of(chart, 1) == "1"
    (chart / "templates/a.yaml").write_text(CONFIG_MAP.replace(".Values.value", "42"), encoding="utf-8")
    assert value_of(chart, 1) == "42"


def test_a_chart_with_another_template_needs_no_copy_in_the_cache(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP, f"templates/{uuid4()}.yaml": "# a name that no chart has\n"})
    assert value_of(chart, 1) == "1"
    copies = cache_folder("charts")
    assert (copies / read_chart_files(chart).digest).is_dir()
    (chart / "templates/a.yaml").write_text(CONFIG_MAP.replace(".Values.value", "42"), encoding="utf-8")
    assert value_of(chart, 1) == "42"
    assert not (copies / read_chart_files(chart).digest).exists()


def test_copies_for_refused_values_do_not_pile_up(make_chart: MakeChart, scratch: Path) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP, "values.schema.json": "{}"})
    for number in range(6):
        schema = f'{{"properties": {{"value": {{"const": {number}}}}}}}'
        (chart / "values.schema.json").write_text(schema, encoding="utf-8")
        with pytest.raises(RenderError, match="value"):
            value_of(chart, -1)
    # The chart of the first render is kept as well, because the others are told by their differences from it.
    assert 0 < len([*scratch.rglob("tmp*/tmp*")]) <= CHARTS + 1


RENDERING = """
import sys
from pathlib import Path
from chartgate.releases.render import RenderError, render
from chartgate.tools.cache import cache_folder
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
assert render(read_chart_files(Path(sys.argv[1])), helm=EMBEDDED)
"""
GATE = "import sys; from chartgate.cli import main; sys.exit(main([sys.argv[1], '--helm', 'embedded']))"


def started(script: str, chart: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(chart)],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background lets them inherit that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_a_process_that_ends_leaves_nothing_behind(make_chart: MakeChart, scratch: Path, tmp_path: Path) -> None:
    process = started(RENDERING, make_chart({"templates/a.yaml": CONFIG_MAP}), tmp_path / "cache")
    _, complaint = process.communicate(timeout=SECONDS)
    assert (process.returncode, complaint) == (0, "")
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("end", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)],
    ids=["interrupted", "terminated", "killed"],
)
def test_a_gate_that_is_ended_leaves_nothing_behind(
    make_chart: MakeChart, scratch: Path, tmp_path: Path, end: signal.Signals, code: int
) -> None:
    chart = make_chart({"templates/a.yaml": f"{{{{ range until 3000000 }}}}{{{{ end }}}}{CONFIG_MAP}"})
    process = started(GATE, chart, tmp_path / "cache")
    wait_for(lambda: list(scratch.glob("*/*/bare")) or process.poll() is not None, "a render begins")
    workers = workers_of(process.pid)
    assert workers
    if end == signal.SIGINT:
        os.killpg(process.pid, end)  # a terminal tells the whole group
    else:
        process.send_signal(end)
    _, complaint = process.communicate(timeout=SECONDS)
    assert process.returncode == code, complaint
    assert "Traceback" not in complaint
    wait_for(lambda: not any(map(is_alive, workers)), "workers end")
    wait_for(lambda: not list(scratch.iterdir()), f"{list(scratch.iterdir())} is removed")
