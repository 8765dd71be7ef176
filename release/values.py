"""Values of the last release that the present chart has no more: its conversions.yaml says what becomes of each."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.reading import Reading
from chartgate.values.conversions import FILE_NAME, changes_between, read_conversions
from release.errors import ReleaseError
from release.settings import CHART


def require_conversions(present: Path, earlier: Path, versions: tuple[str, str]) -> None:
    """Whether `chartgate convert-values` knows what to do with the values of the last release.

    Args:
        present: the folder of the chart.
        earlier: the folder of the chart of the last release.
        versions: the version of the last release, and the present one.

    Raises:
        ReleaseError: values.yaml of the last release has a value that the present one has not and no change is about.
        GateError: conversions.yaml is absent or invalid.
    """
    before, now = (read_one((chart / "values.yaml").read_bytes()) or {} for chart in (earlier, present))
    known = [change.value for change in changes_between(read_conversions(present, Reading()), *versions)]
    gone = [path for path in _gone(before, now) if not any(_is_about(value, path) for value in known)]
    if gone:
        raise ReleaseError(
            f"{CHART}/values.yaml: {', '.join(gone)}: in {versions[0]}, but not in {versions[1]}: "
            f"add a change to {CHART}/{FILE_NAME}, under {versions[1]}"
        )


def _gone(before: Mapping[str, Any], now: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The paths of values that are in `before` and not in `now`, the uppermost only."""
    for key, value in before.items():
        path = above + key.replace(".", "\\.")
        if key not in now:
            yield path
        elif isinstance(value, Mapping) and isinstance(now[key], Mapping):
            yield from _gone(value, now[key], f"{path}.")


def _is_about(value: str, path: str) -> bool:
    """Whether a change of a value is about a path: the same value, one around it, or a part of it."""
    return f"{value}.".startswith(f"{path}.") or f"{path}.".startswith(f"{value}.")
