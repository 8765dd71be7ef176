"""What the client and the plugin say to each other."""

import re

import msgspec

READ, WRITE = "CHARTGATE_TESTS_READ", "CHARTGATE_TESTS_WRITE"
"""The environment variables with the file descriptors from which the plugin reads, and to which it writes."""


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{3,}")


def words_of(text: str) -> frozenset[str]:
    """The words of a text by which tests and what they test are compared: those of four characters and more."""
    return frozenset(_WORD.findall(text))


def fixture_of(file: str, name: str) -> str:
    """The name under which a record has what a fixture renders that the tests of a file share."""
    return f"fixture {name} of {file}"


class Request(msgspec.Struct, frozen=True):
    """Run tests on a copy of the chart.

    Args:
        chart: the folder of the copy.
        tests: the node IDs, in the order in which they run.
        seconds: the time limit of all together.
        record: a file that gets what they render; empty for none.
        first: stop at the first test that fails.
    """

    chart: str
    tests: tuple[str, ...]
    seconds: float
    record: str = ""
    first: bool = True


class Collected(msgspec.Struct, frozen=True):
    """The first message of the plugin.

    Args:
        tests: the node IDs of all tests, in their order.
        code: a hash of the code of each file of tests, by the first part of their node IDs.
        shared: a hash of the other modules of the project that are loaded, such as conftest.py.
        files: the paths of all these files.
        words: the words in the code of each test and in its parameters.
        fixtures: the names of the fixtures of each test, those included that others need.
    """

    tests: tuple[str, ...]
    code: dict[str, str]
    shared: str
    files: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    fixtures: dict[str, tuple[str, ...]]


class Ran(msgspec.Struct, frozen=True, tag=True):
    """A test has run, whatever came of it, and how long it took, without the fixtures that tests share."""

    test: str
    seconds: float


class Answer(msgspec.Struct, frozen=True, tag=True):
    """What came of a request.

    Args:
        seconds: how long each test took that ran, without the fixtures that tests share.
        fixtures: how long each of these fixtures took, by its name.
        failed: the tests that failed.
        words: the last line of what the first of them says.
        ended: why not all of them ran; empty if they did, or if one failed and the client wanted the first.
    """

    seconds: dict[str, float]
    failed: tuple[str, ...]
    words: str = ""
    ended: str = ""
    fixtures: dict[str, float] = {}
