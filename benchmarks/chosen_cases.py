"""Which cases programs are measured on: claude-relay's CI values and a part of its covering array."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.cases import CHART, INDEX, NEWEST, FileCase
from chartgate.errors import GateError
from chartgate.values.case import Case
from chartgate.values.chart import read_chart
from chartgate.values.selection import Choice, select


def chosen_cases(count: int) -> list[Case]:
    """`count` cases that render: all of the CI values, then cases spread evenly over the covering array.

    Raises:
        GateError: the chart has fewer.
    """
    cases = select(read_chart(CHART), Choice(generated=0)).cases
    plain = [case for case in cases if case.refusal is None and not case.sets and len(case.values) == 1]
    written = [case for case in plain if case.origin == "ci"]
    covering = [case for case in plain if case.origin == "matrix"]
    wanted = count - len(written)
    if not 0 < wanted <= len(covering):
        raise GateError(f"{CHART} has {len(written)} CI cases and {len(covering)} others, which makes no {count}")
    return [*written, *covering[:: len(covering) // wanted][:wanted]]


def write_cases(count: int, folder: Path) -> list[FileCase]:
    """Write chosen cases into a folder: a values file each, and the list of them for `read_cases`."""
    settings = read_chart(CHART).settings
    written = []
    for number, case in enumerate(chosen_cases(count)):
        path = folder / f"values-{number:03d}.yaml"
        path.write_text(case.values[0], encoding="utf-8")
        written.append(
            FileCase(
                case.name,
                str(path),
                case.release,
                case.namespace,
                case.kubernetes or NEWEST,
                (*settings.api_versions, *case.api_versions),
            )
        )
    (folder / INDEX).write_text(json.dumps([asdict(case) for case in written]), encoding="utf-8")
    return written
