"""Charts that no values can make Helm render are told apart before anything is rendered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_one


def require_installable(chart: Path) -> None:
    """Refuse a library chart, and one whose subcharts are not there.

    Raises:
        GateError: what is wrong, and what to do.
    """
    about = _read(chart / "Chart.yaml")
    if about.get("type") == "library":
        raise GateError(f"{chart} is a library chart, which makes no objects of its own: name a chart that uses it")
    # A chart of the first format has its dependencies in a file of their own.
    declared = [*_dependencies(about), *_dependencies(_read(chart / "requirements.yaml"))]
    missing = sorted(set(declared) - _packaged(chart))
    if missing:
        raise GateError(
            f"{chart}/charts has no {', '.join(missing)}, which the chart depends on: run helm dependency build {chart}"
        )


def _dependencies(about: Mapping[str, Any]) -> list[str]:
    return [str(entry.get("name")) for entry in about.get("dependencies") or () if isinstance(entry, Mapping)]


def _packaged(chart: Path) -> set[str]:
    """The names of the subcharts in `charts/`; of a packed one, whatever its file's name may begin with."""
    unpacked = {str(_read(path).get("name")) for path in chart.glob("charts/*/Chart.yaml")}
    parts = [path.name.split("-") for path in chart.glob("charts/*.tgz")]
    return unpacked | {"-".join(names[:count]) for names in parts for count in range(1, len(names) + 1)}


def _read(path: Path) -> Mapping[str, Any]:
    """What a file holds; nothing where it is not there or Helm will say what is wrong with it."""
    try:
        content = read_one(path.read_bytes())
    except (OSError, yaml.YAMLError):
        return {}
    return content if isinstance(content, Mapping) else {}
