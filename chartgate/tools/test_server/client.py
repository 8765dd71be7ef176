"""A running pytest that answers requests; see `plugin.py`."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import msgspec

from chartgate.errors import GateError
from chartgate.tools.test_server.messages import READ, WRITE, Answer, Collected, Request


class TestServer:
    """pytest with the tests of some paths. Use it as a context manager, and from one thread at a time.

    pytest collects the tests while this process goes on. If it cannot, or if there are none, whatever needs the tests
    raises a GateError.

    Args:
        paths: files, folders or node IDs, as pytest takes them.
    """

    __test__ = False  # it is no test, whatever pytest makes of its name

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        theirs, self._requests = os.pipe()
        self._answers, others = os.pipe()
        plugin = "chartgate.tools.test_server.plugin"
        # Each request runs in a new process. With its own folder in place of `pytest-N`, it leaves nothing behind.
        self._temporary = tempfile.TemporaryDirectory(prefix="chartgate-tests-", ignore_cleanup_errors=True)
        options = ["-q", "--color=no", "-p", plugin, f"--basetemp={self._temporary.name}/it"]
        # Not `-p no:cacheprovider`: pytest would refuse settings with `--ff`. With an empty cache, they change nothing.
        options += ["-o", f"cache_dir={self._temporary.name}/cache"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *paths],
            env={**os.environ, READ: str(theirs), WRITE: str(others)},
            pass_fds=(theirs, others),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(theirs)
        os.close(others)
        self._lines = os.fdopen(self._answers, "rb")

    @property
    def tests(self) -> tuple[str, ...]:
        """The node IDs of all tests."""
        return self._known.tests

    @property
    def fixtures(self) -> Mapping[str, Sequence[str]]:
        """The names of the fixtures of each test."""
        return self._known.fixtures

    @property
    def words(self) -> Mapping[str, Collection[str]]:
        """The words of each test, as `words_of` finds them."""
        return self._known.words

    @property
    def code(self) -> list[Path]:
        """The files with the code of the tests, of which `basis` is a hash."""
        return [Path(path) for path in self._known.files]

    @cached_property
    def _known(self) -> Collected:
        """What pytest has collected. The first one who asks waits for it."""
        line = self._lines.readline()
        if not line:
            raise GateError(f"pytest cannot collect the tests: {self._last_words()}")
        found = msgspec.json.decode(line, type=Collected)
        if not found.tests:
            raise GateError(f"no test in {', '.join(self._paths)}: correct the path")
        return found

    def basis(self, test: str = "") -> str:
        """A hash of the code on which the result of a test depends; without a test, of all tests and their code."""
        found = self._known
        # A plugin may collect the tests in another order each time.
        every = f"{sorted(found.code.items())} {sorted(found.tests)}"
        own = found.code.get(test.partition("::")[0], "") if test else every
        return hashlib.sha256(f"{found.shared} {own}".encode()).hexdigest()

    def run(self, request: Request) -> Answer:
        """Run tests.

        Raises:
            GateError: pytest has ended.
        """
        _ = self._known  # the first line that pytest writes
        try:
            os.write(self._requests, msgspec.json.encode(request) + b"\n")
            line = self._lines.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise GateError(f"pytest has ended while tests ran: {self._last_words()}")
        return msgspec.json.decode(line, type=Answer)

    def close(self) -> None:
        """End pytest and what it runs. Another thread that waits for an answer gets a GateError."""
        if self._said.closed:
            return
        os.close(self._requests)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Not before: while another thread reads, this would wait for it.
        self._lines.close()
        self._said.close()
        self._temporary.cleanup()

    def _last_words(self) -> str:
        self._process.wait()
        self._said.seek(0)
        lines = [line for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(("ERROR", "E  ", "FAILED"))]
        if errors and errors[0].startswith("ERROR: usage:"):
            # What is wrong comes after the usage, and then the file with the settings.
            _, found, rest = "\n".join(lines).partition(": error: ")
            errors = [line.strip() for line in rest.splitlines()] if found else errors
        return "; ".join(errors[:3] or lines[-1:]) or "it says nothing"

    def __enter__(self) -> "TestServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
