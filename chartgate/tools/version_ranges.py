"""Whether a version is in a range, as Helm judges `kubeVersion` in Chart.yaml.

Source: github.com/Masterminds/semver v3, README, "Checking Version Constraints". The packages on PyPI follow npm or PEP
440, which differ from it, for example in what a pre-release matches.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_PART = r"(?:\d+|[xX*])"
_TERM = re.compile(
    rf"(?P<operator>!=|>=|=>|<=|=<|~>|[=<>~^]?)\s*v?(?P<parts>{_PART}(?:\.{_PART}){{0,2}})"
    r"(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?(?:\s+|,|$)"
)
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version. Two of them compare as SemVer 2.0.0, section 11, says."""

    numbers: tuple[int, int, int]
    pre: str = ""

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[object, ...]:
        # A pre-release comes before its release; numbers in it come before words.
        identifiers = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split(".")]
        return (self.numbers, not self.pre, identifiers)


def in_range(version: str, wanted: str) -> bool:
    """Whether `version` ("1.30.1", "v1.30.1-eks-1a2b3c") is in the range `wanted` (">=1.25.0-0", "1.2 - 1.4 || ^2").

    Raises:
        ValueError: one of the two cannot be read.
    """
    parsed = read_version(version)
    results = [_all_hold(parsed, part) for part in wanted.split("||")]
    return any(results)


def read_version(version: str) -> Version:
    """The version in a text, with or without a leading "v"; numbers that are not there are 0.

    Raises:
        ValueError: the text is not a version.
    """
    found = _VERSION.fullmatch(version.strip())
    if not found:
        raise ValueError(f'"{version}" is not a version')
    return Version((int(found[1]), int(found[2] or 0), int(found[3] or 0)), found[4] or "")


def _all_hold(version: Version, text: str) -> bool:
    terms = _HYPHEN.sub(r">=\1 <=\2", text).replace(",", " ").strip()
    position, holds = 0, bool(terms)
    if not terms:
        raise ValueError(f'"{text}" is not a range of versions')
    while position < len(terms):
        found = _TERM.match(terms, position)
        if not found:
            raise ValueError(f'"{text}" is not a range of versions')
        holds &= _holds(version, found["operator"], found["parts"], found["pre"] or "")
        position = found.end()
    return holds


def _holds(version: Version, operator: str, parts: str, pre: str) -> bool:
    given = [int(part) for part in re.split(r"\.?[xX*]", parts)[0].split(".") if part]
    if version.pre and not pre:
        return False  # a pre-release is only in ranges that name one
    numbers = (*given, 0, 0, 0)[:3]
    low = Version((numbers[0], numbers[1], numbers[2]), pre)
    partial = 0 < len(given) < 3

    def within(kept: int) -> bool:
        """Whether the version is at least the lowest of the term and has its first `kept` numbers."""
        return version >= low and version.numbers[:kept] == low.numbers[:kept]

    compare: dict[str, Callable[[], bool]] = {
        "": lambda: within(len(given)) if len(given) < 3 else version == low,
        "!=": lambda: version.numbers[: len(given)] != tuple(given) if partial else version != low,
        ">": lambda: version > low and not (partial and version.numbers[: len(given)] == tuple(given)),
        "<": lambda: version < low,
        ">=": lambda: version >= low,
        "<=": lambda: version <= low or (partial and version.numbers[: len(given)] == tuple(given)),
        "~": lambda: within(min(len(given), 2)),
        "^": lambda: within(_caret(low, len(given))),
    }
    return compare[{"=": "", "=>": ">=", "=<": "<=", "~>": "~"}.get(operator, operator)]()


def _caret(low: Version, given: int) -> int:
    """How many numbers ^ keeps: up to the first one that is not 0; all of "^*", as Helm has it."""
    if given == 0:
        return 3
    first = next((index for index, number in enumerate(low.numbers) if number), 2)
    return min(first + 1, given)
