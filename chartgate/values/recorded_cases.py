"""The renders of pytest tests as cases, as the pytest plugin records them: a case in JSON a line."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from chartgate.errors import GateError
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case


def recorded_line(case: Case) -> bytes:
    """The line of a record that stands for a case."""
    return msgspec.json.encode(case) + b"\n"


def recorded_cases(path: Path) -> list[Case]:
    """The cases of a record. Cases that differ only in their names count as one, under the first of the names.

    Raises:
        GateError: there is no such file, or it is not a record.
    """
    return [replace(case, name=names[0]) for case, names in tests_by_case(path).items()]


def tests_by_case(path: Path) -> dict[Case, list[str]]:
    """The cases of a record without their names, each with the tests that render it.

    Raises:
        GateError: as `recorded_cases`.
    """
    tests: dict[Case, dict[str, None]] = {}
    for case in _cases(path):
        tests.setdefault(replace(case, name=""), {})[case.name] = None
    return {case: list(names) for case, names in tests.items()}


def _cases(path: Path) -> Iterator[Case]:
    content = Reading().content(path)
    if content is None:
        raise GateError(f"{shown(path)}: there is no such file: record one with pytest --chartgate-coverage FILE")
    for number, line in enumerate(content.splitlines(), 1):
        try:
            yield msgspec.json.decode(line, type=Case)
        except (msgspec.DecodeError, ValueError) as error:
            raise GateError(
                f"{shown(path)}: line {number}: {error}: record it anew with pytest --chartgate-coverage FILE"
            ) from error
