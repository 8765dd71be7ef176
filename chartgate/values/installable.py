"""What a chart lacks, told before anything is rendered: subcharts that it depends on, and objects of its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.chart_files import ChartFiles

DECLARING = ("Chart.yaml", "requirements.yaml")
"""Where dependencies are declared; a chart of the first format has them in a file of their own."""


@dataclass(frozen=True)
class Installable:
    """A chart without the missing subcharts that are off by default.

    Args:
        files: those that Helm reads, with these subcharts taken out of the dependencies.
        left_out: what is missing, a sentence for each.
        switches: the values paths that would switch the missing subcharts on.
        keys: the keys at the top of the values under which the missing subcharts have theirs.
    """

    files: ChartFiles
    left_out: tuple[str, ...] = ()
    switches: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()


def installable(files: ChartFiles, defaults: Callable[[], Mapping[str, Any]]) -> Installable:
    """The chart as far as Helm can render it. Helm itself refuses a chart with any missing subchart.

    Args:
        defaults: tells what values.yaml holds.

    Raises:
        GateError: a subchart that is on by default is missing; the message says what to do. Or `defaults` raises it.
    """
    packaged = set(_packaged(files))
    chart = files.folder
    missing = [one for name in DECLARING for one in files.dependencies(name) if str(one.get("name")) not in packaged]
    needed = sorted({str(one.get("name")) for one in missing if _is_on(one, defaults())})
    if needed:
        raise GateError(
            f"{chart}/charts has no {', '.join(needed)}, which the chart depends on: run helm dependency build {chart}"
        )
    absent = sorted({str(one.get("name")) for one in missing})
    for name in DECLARING if absent else ():
        kept = [one for one in files.dependencies(name) if str(one.get("name")) not in absent]
        if name in files.contents:
            files = files.with_file(name, yaml.safe_dump({**files.mapping(name), "dependencies": kept}).encode())
    left_out = tuple(
        f"the subchart {name}, which is off by default and is not in {chart}/charts: run helm dependency build {chart}"
        for name in absent
    )
    switches = frozenset(path for one in missing for path in _conditions(one))
    return Installable(files, left_out, switches, frozenset(map(_key, missing)))


def is_library(files: ChartFiles) -> bool:
    """Whether the chart is a library, which makes no objects of its own."""
    return files.mapping("Chart.yaml").get("type") == "library"


def require_application(files: ChartFiles) -> None:
    """Refuse a library chart, for commands that need objects.

    Raises:
        GateError: the chart is a library.
    """
    if is_library(files):
        raise GateError(f"{files.folder} is a library chart, which makes no objects: name a chart that uses it")


def dependency_keys(files: ChartFiles) -> Iterator[str]:
    """The keys at the top of the values under which subcharts have theirs."""
    yield from (_key(one) for name in DECLARING for one in files.dependencies(name))
    yield from (str(about.get("name")) for about in files.subcharts.values())


def dependency_switches(files: ChartFiles) -> Iterator[str]:
    """The paths of the values that switch subcharts on, such as `redis.enabled`: Helm reads them itself."""
    yield from (path for name in DECLARING for one in files.dependencies(name) for path in _conditions(one))


def _key(dependency: Mapping[str, Any]) -> str:
    """A subchart's key at the top of the values: its alias, else its name."""
    return str(dependency.get("alias") or dependency.get("name"))


def _conditions(dependency: Mapping[str, Any]) -> list[str]:
    return [path.strip() for path in str(dependency.get("condition") or "").split(",") if path.strip()]


def _is_on(dependency: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    """Whether the values switch a subchart on: its first condition that is there decides, else its tags.

    Source: Helm documentation, Charts, Tags and Condition fields in dependencies.
    """
    decided = next((on for path in _conditions(dependency) if isinstance(on := value_at(defaults, path), bool)), None)
    if decided is not None:
        return decided
    tags = defaults.get("tags")
    named = dependency.get("tags")
    chosen = [tags.get(str(tag)) for tag in named] if isinstance(tags, Mapping) and isinstance(named, list) else []
    return True in chosen or False not in chosen


def value_at(values: Any, path: str) -> Any:
    """What values hold at a path such as `redis.enabled`; None for nothing."""
    for key in path.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _packaged(files: ChartFiles) -> Iterator[str]:
    """The names of the subcharts in `charts/`; of a packed one, whatever its file's name may begin with."""
    yield from (str(about.get("name")) for about in files.subcharts.values())
    for path in files.packed_subcharts:
        parts = path.removeprefix("charts/").split("-")
        yield from ("-".join(parts[:count]) for count in range(1, len(parts) + 1))
