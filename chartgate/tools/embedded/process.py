"""Worker processes that render with Helm's library, one a processor, started when first needed."""

import atexit
import base64
import json
import os
import queue
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chartgate.errors import GateError, HelmEndedError, Inexpressible
from chartgate.tools.chart_files import ChartFiles, is_template
from chartgate.tools.progress import say

VERSION = "4.2.3"
ORIGINALS = 4
"""The number of charts with whose copies others are compared."""
ANSWER_SECONDS = 120
END_SECONDS = 5
# Go collects garbage when the heap has doubled; charts are small and renders many, so a ceiling is cheaper.
LIMITS = {"GOGC": "off", "GOMEMLIMIT": "128MiB", "GOMAXPROCS": "1"}


@dataclass(frozen=True)
class EmbeddedHelm:
    """Helm's library in the place of a program. `version` is the one of Helm in helm-python-sdk."""

    version: str = VERSION

    @property
    def knows_kube_version(self) -> bool:
        """Whether it can be told the Kubernetes version."""
        return True

    @property
    def label(self) -> str:
        """What reports call it."""
        return f"embedded {self.version}"

    def ask(self, chart: ChartFiles, request: Mapping[str, Any]) -> dict[str, Any]:
        """The worker's answer to one request about a chart; see `worker.py` for both.

        Raises:
            Inexpressible: the library cannot be told all of the request.
            GateError: the library cannot be loaded, died, or does not finish; or the chart cannot be copied.
        """
        request = {**request, "digest": chart.digest}
        with _pool().worker() as worker:
            answer = worker.ask(request)
            if "unknown" in answer:
                answer = worker.ask({**request, **_files_of(chart)})
        if "inexpressible" in answer:
            raise Inexpressible(answer["inexpressible"])
        return answer


EMBEDDED = EmbeddedHelm()

_originals: deque[ChartFiles] = deque(maxlen=ORIGINALS)
"""The newest charts that have a copy in the cache."""


def _files_of(chart: ChartFiles) -> dict[str, Any]:
    """The part of a request that says where the files of a chart are.

    A chart whose files have the names of those of an earlier one is told by its differences, so that it needs no copy.
    """
    for original in tuple(_originals):
        if original.contents.keys() == chart.contents.keys() and original.copy.is_dir():
            before, after = original.contents, chart.contents
            changes = {name: base64.b64encode(after[name]).decode() for name in after if after[name] != before[name]}
            return {
                "folder": str(original.copy),
                "changes": changes,
                "only_templates": all(map(is_template, changes)),
            }
    keep_copy(chart)
    return {"folder": str(chart.copy), "changes": {}, "only_templates": True}


def keep_copy(chart: ChartFiles) -> None:
    """Copy the files of a chart to the cache. Afterwards, a chart whose files have the same names needs no copy.

    Raises:
        GateError: the copy cannot be written.
    """
    _ = chart.copy
    _originals.appendleft(chart)


class _Process:
    """One worker, used by one thread at a time."""

    def __init__(self) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed in stop)
        # Isolated (-I): a module of the working folder must not stand in for one of ours.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "chartgate.tools.embedded.worker"],
            env={**os.environ, **LIMITS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        self._scratch = ""
        try:
            greeting = self._read()
            self._scratch = greeting["scratch"]
            if greeting["helm"] != f"v{VERSION}":
                raise GateError(
                    f"helm-python-sdk brings Helm {greeting['helm']}, and v{VERSION} is expected: run uv sync"
                )
        except BaseException:
            self.stop(at_once=True)
            raise

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise HelmEndedError(self._obituary()) from error
        return self._read()

    def stop(self, *, at_once: bool = False) -> None:
        """End the worker, which goes when its input ends; `at_once` also when it is in the midst of a render."""
        if at_once:
            self._process.kill()
        try:
            self._process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._complaints.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], ANSWER_SECONDS)[0]:
            raise HelmEndedError(f"embedded Helm did not finish in {ANSWER_SECONDS} s: look for an endless template")
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise HelmEndedError(self._obituary())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _obituary(self) -> str:
        code = self._process.wait()
        self._complaints.seek(0)
        reason = self._complaints.read().decode(errors="replace").strip().splitlines() or ["no word"]
        end = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"embedded Helm {end} ({reason[-1]}): name Helm programs with --helm, such as --helm 4, to do without it"


class _Pool:
    """As many workers as there are processors; a thread that wants one waits until one is free."""

    def __init__(self) -> None:
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(os.cpu_count() or 1):
            self._free.put(None)

    @contextmanager
    def worker(self) -> Iterator[_Process]:
        process = self._free.get()
        try:
            process = process or _Process()
            yield process
        except BaseException:
            # Its answer may still be under way, and must not be taken for the next one's.
            if process is not None:
                process.stop(at_once=True)
                process = None
            raise
        finally:
            self._free.put(process)

    def stop(self) -> None:
        """End the workers that are free."""
        while not self._free.empty():
            process = self._free.get()
            if process is not None:
                process.stop()


_shared: dict[int, _Pool] = {}
_lock = threading.Lock()


def _pool() -> _Pool:
    """The pool of this process: one that a fork copied belongs to the parent."""
    with _lock:
        if os.getpid() not in _shared:
            _shared.clear()
            _shared[os.getpid()] = _Pool()
        return _shared[os.getpid()]


def use_workers_of_parent() -> None:
    """Let this process, which is a fork, use the workers of its parent. The parent must not use them meanwhile."""
    with _lock:
        for pool in [*_shared.values()]:
            _shared[os.getpid()] = pool


@atexit.register
def stop_workers() -> None:
    """End the workers of this process; a later render starts new ones."""
    with _lock:
        pool = _shared.pop(os.getpid(), None)
    if pool is not None:
        pool.stop()


def available() -> bool:
    """Whether the library can be had on this machine; says why when it can't."""
    try:
        with _pool().worker():
            return True
    except GateError as error:
        say(f"no embedded Helm: {error}")
        return False
