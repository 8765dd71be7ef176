"""What the client and the plugin say to each other."""

import re

import msgspec

READ, WRITE = "CHARTGATE_TESTS_READ", "CHARTGATE_TESTS_WRITE"
"""The environment variables with the file descriptors from which the plugin reads, and to which it writes."""


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{3,}")


def words_of(text: str) -> frozenset[str]:
    """The words of a text by which tests and what they test are compared: those of four characters and more."""
    return frozenset(_WORD.findall(text))


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
        digest: a hash of the code of the tests.
        words: the words in the code of each test and in its parameters.
    """

    tests: tuple[str, ...]
    digest: str
    words: dict[str, tuple[str, ...]]


class Answer(msgspec.Struct, frozen=True):
    """What came of a request.

    Args:
        seconds: how long each test took that ran.
        failed: the tests that failed.
        words: the last line of what the first of them says.
        ended: why not all of them ran; empty if they did, or if one failed and the client wanted the first.
    """

    seconds: dict[str, float]
    failed: tuple[str, ...]
    words: str = ""
    ended: str = ""
