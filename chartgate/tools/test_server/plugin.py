"""The part that runs inside pytest: `python -m pytest -p chartgate.tools.test_server.plugin`.

Each request runs in a fork of the process, so that no test sees what another copy of the chart has left in memory. The
fork uses the worker of Helm's library that the process has started, and the modules that it has imported, because both
take longer than most tests.
"""

import gc
import hashlib
import inspect
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from chartgate.tools.embedded import process
from chartgate.tools.test_server.messages import READ, WRITE, Answer, Collected, Ran, Request, fixture_of, words_of


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Start no processes of pytest-xdist: they would run the tests, whatever is asked. Settings may block that plugin,
    and pytest then refuses its option `-n 0`.
    """
    if hasattr(config.option, "numprocesses"):
        config.option.numprocesses = 0
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer requests until the client closes its end."""
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    with open(int(os.environ[READ]), "rb") as requests, open(int(os.environ[WRITE]), "wb") as answers:  # noqa: PTH123 (descriptors)
        _say(answers, _collected(session))
        items = {item.nodeid: item for item in session.items}
        prepared = False
        while line := requests.readline():
            request = msgspec.json.decode(line, type=Request)
            if not prepared:
                _prepare(session, Path(request.chart))
                prepared = True
            process.available()
            _say(answers, _answer(session, items, request, requests.fileno()))
    return True


def _prepare(session: pytest.Session, chart: Path) -> None:
    """Read what every fork needs, so that the forks share it with this process."""
    if fixtures := session.config.pluginmanager.getplugin("chartgate"):
        fixtures.prepare(chart)
    # Python's collector would write to each object, and so copy the memory that a fork shares with the process.
    gc.freeze()


def _collected(session: pytest.Session) -> Collected:
    root = session.config.rootpath
    files = {Path(file) for module in [*sys.modules.values()] if (file := getattr(module, "__file__", None))}
    own = {path for path in files if path.is_relative_to(root) and ".venv" not in path.parts and path.is_file()}
    of_tests = {item.nodeid.partition("::")[0]: item.path for item in session.items}
    return Collected(
        tuple(item.nodeid for item in session.items),
        {name: _digest([path]) for name, path in of_tests.items()},
        _digest(sorted(own - {*of_tests.values()})),
        tuple(sorted(map(str, own | {*of_tests.values()}))),
        _words(session),
        {item.nodeid: tuple(getattr(item, "fixturenames", ())) for item in session.items},
    )


def _digest(files: Iterable[Path]) -> str:
    """A hash of files and their paths."""
    return hashlib.sha256(b"".join(str(path).encode() + b"\0" + path.read_bytes() for path in files)).hexdigest()


def _words(session: pytest.Session) -> dict[str, tuple[str, ...]]:
    """The words of each test: of its function, and of its parameters."""
    found = {}
    for item in session.items:
        texts = [str(getattr(getattr(item, "callspec", None), "params", ""))]
        function = getattr(item, "function", None)
        with suppress(OSError, TypeError):
            texts += [inspect.getsource(function)] if function else []
        found[item.nodeid] = tuple(words_of("\n".join(texts)))
    return found


def _say(answers: BinaryIO, message: Answer | Collected | Ran) -> None:
    answers.write(msgspec.json.encode(message) + b"\n")
    answers.flush()


def _answer(session: pytest.Session, items: Mapping[str, pytest.Item], request: Request, requests: int) -> Answer:
    """What a fork says, with a limit on its time.

    Args:
        requests: the descriptor of the requests. If it ends, nobody waits for the answer.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.close(reading)
        with suppress(BaseException), open(writing, "wb") as out:  # noqa: PTH123 (a descriptor)
            _say(out, _run(session, items, request, lambda ran: _say(out, ran)))
        os._exit(0)
    os.close(writing)
    seconds: dict[str, float] = {}
    ended = "crashed"
    for line in _lines(reading, request.seconds, requests):
        if line is None:
            ended = f"took more than {request.seconds:.0f} s"
            break
        said = msgspec.json.decode(line, type=Answer | Ran)
        if isinstance(said, Answer):
            os.close(reading)
            os.waitpid(child, 0)
            return said
        seconds[said.test] = said.seconds
    os.close(reading)
    _kill(child)
    # Its worker may be in the midst of an answer.
    process.stop_workers()
    os.waitpid(child, 0)
    return Answer(seconds, (), ended=ended)


def _lines(descriptor: int, seconds: float, requests: int) -> Iterator[bytes | None]:
    """The whole lines that can be read from a descriptor; None at last if there is more to come after this time, or
    after the requests have ended: before its answer, nobody sends another one.
    """
    left = b""
    end = time.monotonic() + seconds
    while ready := select.select([descriptor, requests], [], [], max(0.0, end - time.monotonic()))[0]:
        if descriptor not in ready:
            break
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            return
        *lines, left = (left + piece).split(b"\n")
        yield from lines
    yield None


def _kill(child: int) -> None:
    """End a process that leads a group, the group, and what they have started in sessions of their own."""
    others = [*_descendants(child)]
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    for other in others:
        with suppress(ProcessLookupError):
            os.kill(other, signal.SIGKILL)


def _descendants(process: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have. Only Linux tells them."""
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, path.read_text(encoding="ascii").split()):
                yield child
                yield from _descendants(child)


def _run(
    session: pytest.Session, items: Mapping[str, pytest.Item], request: Request, tell: Callable[[Ran], None]
) -> Answer:
    """Run the tests in this process, which a fork has made for them.

    Args:
        items: the tests by their node IDs.
        tell: gets each test that has run.
    """
    process.use_workers_of_parent()
    session.config.option.chartgate_chart = request.chart
    session.config.option.chartgate_coverage = request.record or None
    # pytest's own tracebacks quote source code, which takes longer to find than most tests take.
    session.config.option.tbstyle = "native"
    results = _Results()
    session.config.pluginmanager.register(results)
    wanted = [items[name] for name in request.tests if name in items]
    ended = ""
    try:
        for item, following in zip(wanted, [*wanted[1:], None], strict=True):
            begun, shared = time.monotonic(), results.in_fixtures
            results.file = item.nodeid.partition("::")[0]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            results.seconds[item.nodeid] = time.monotonic() - begun - (results.in_fixtures - shared)
            tell(Ran(item.nodeid, results.seconds[item.nodeid]))
            if request.first and results.failed:
                # pytest keeps fixtures for the next test, such as a server that a fixture has started. The test has
                # failed, whatever their end says.
                with suppress(Exception):
                    session._setupstate.teardown_exact(None)
                break
    except (pytest.exit.Exception, KeyboardInterrupt) as error:  # of a fixture that lacks a program, for instance
        ended = f"ended pytest: {error or type(error).__name__}"
    return Answer(results.seconds, tuple(results.failed), results.words, ended, results.fixtures)


class _Results:
    """Collects what pytest reports."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, float] = {}
        self.file = ""
        """The file of the present test, as node IDs have it."""
        self.in_fixtures = 0.0
        """The seconds in fixtures that tests share."""
        self.failed: dict[str, None] = {}
        self.words = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Note how long a fixture takes that more than one test has, without those that it asks for. What it renders is
        recorded under its own name: each of its tests sees it.
        """
        if fixturedef.scope == "function":
            return (yield)
        begun, before, test = time.monotonic(), self.in_fixtures, os.environ["PYTEST_CURRENT_TEST"]
        os.environ["PYTEST_CURRENT_TEST"] = f"{fixture_of(self.file, fixturedef.argname)} (setup)"
        try:
            return (yield)
        finally:
            os.environ["PYTEST_CURRENT_TEST"] = test
            own = time.monotonic() - begun - (self.in_fixtures - before)
            self.fixtures[fixturedef.argname] = self.fixtures.get(fixturedef.argname, 0.0) + own
            self.in_fixtures += own

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails, in its set-up, itself, or in its end."""
        if report.failed and report.nodeid not in self.failed:
            self.failed[report.nodeid] = None
            crash = getattr(report.longrepr, "reprcrash", None)
            self.words = self.words or (crash.message if crash else str(report.longrepr)).strip().splitlines()[0]
