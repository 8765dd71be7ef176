"""A control plane leaves nothing behind, also where it is told to end while it starts.

The programs are stand-ins here: each only says that it runs, and sleeps.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.control_plane.programs import ASSETS, SERVERS, find_assets

STAND_IN = "#!/bin/sh\necho $$ >> {pids}\nexec sleep 600\n"
START = """
import signal, sys
from pathlib import Path
from chartgate.tools.control_plane.processes import running_control_plane
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
with running_control_plane(Path(sys.argv[1])):
    pass
"""
SECONDS = 30


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    """The file where stand-ins for the programs, in the folder beside it, write their process numbers."""
    pids = tmp_path / "pids"
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in SERVERS:
        (folder / name).write_text(STAND_IN.format(pids=pids), encoding="utf-8")
        (folder / name).chmod(0o755)
    return pids


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process_and_no_file(
    pids: Path, tmp_path: Path, pytestconfig: pytest.Config, number: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-c", START, str(tmp_path / "programs")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(command, cwd=pytestconfig.rootpath, env=environment, stderr=subprocess.DEVNULL)
    try:
        started = wait_for(pids, len(SERVERS))
        assert list(temporary.iterdir())
        process.send_signal(number)
        assert process.wait(SECONDS) != 0
    finally:
        process.kill()
        process.wait()
    assert [pid for pid in started if Path("/proc", pid).exists()] == []
    assert list(temporary.iterdir()) == []


def test_programs_that_are_not_there_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASSETS, str(tmp_path))
    with pytest.raises(GateError, match=r"has no program etcd and no kube-apiserver\n.*KUBEBUILDER_ASSETS"):
        find_assets()


def wait_for(pids: Path, count: int) -> list[str]:
    deadline = time.monotonic() + SECONDS
    while True:
        found = pids.read_text(encoding="utf-8").split() if pids.exists() else []
        if len(found) == count:
            return found
        assert time.monotonic() < deadline, f"only {found} started"
        time.sleep(0.02)
