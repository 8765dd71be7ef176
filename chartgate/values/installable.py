"""Charts that no values can make Helm render are told apart before anything is rendered."""

from collections.abc import Mapping
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.chart_files import ChartFiles


def require_installable(files: ChartFiles) -> None:
    """Refuse a library chart, and one whose subcharts are not there.

    Raises:
        GateError: what is wrong, and what to do.
    """
    chart, about = files.folder, files.mapping("Chart.yaml")
    if about.get("type") == "library":
        raise GateError(f"{chart} is a library chart, which makes no objects of its own: name a chart that uses it")
    # A chart of the first format has its dependencies in a file of their own.
    declared = [*_dependencies(about), *_dependencies(files.mapping("requirements.yaml"))]
    missing = sorted(set(declared) - _packaged(files))
    if missing:
        raise GateError(
            f"{chart}/charts has no {', '.join(missing)}, which the chart depends on: run helm dependency build {chart}"
        )


def _dependencies(about: Mapping[str, Any]) -> list[str]:
    return [str(entry.get("name")) for entry in about.get("dependencies") or () if isinstance(entry, Mapping)]


def _packaged(files: ChartFiles) -> set[str]:
    """The names of the subcharts in `charts/`; of a packed one, whatever its file's name may begin with."""
    unpacked = {str(about.get("name")) for about in files.subcharts.values()}
    parts = [path.removeprefix("charts/").split("-") for path in files.packed_subcharts]
    return unpacked | {"-".join(names[:count]) for names in parts for count in range(1, len(names) + 1)}
