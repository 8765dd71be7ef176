"""A chart in the memory of Helm's library, kept from render to render."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
from helm_python import Chart, _native

from chartgate.tools.embedded.screen import screen_of
from chartgate.tools.embedded.standard_error import take_warnings

SCHEMA = "values.schema.json"
MOST_KEPT = 8
"""Loaded charts at a time: those of a worker must not fill the memory."""
Sources = list[tuple[str, str]]


class LoadedChart:
    """A chart as it is in `folder`, and a copy of it without schemas.

    Helm compiles the schema anew for each render, which takes longer than all templates together. So jsonschema-rs
    looks first: what it accepts is rendered from the copy, what it refuses goes to Helm, which has the last word.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.bare = scratch / "bare"
        shutil.rmtree(self.bare, ignore_errors=True)
        shutil.copytree(folder, self.bare, ignore=shutil.ignore_patterns(SCHEMA))
        with Chart.load(folder) as chart:
            about, packaged = chart.metadata, chart.dependencies
            self.name, self.kind, self.supports = about["name"], about.get("type", ""), about.get("kubeVersion", "")
            self._has_definitions = bool(chart.crds)
        declared = about.get("dependencies") or []
        names = {dependency["name"] for dependency in packaged}
        self.missing = [name for dependency in declared if (name := dependency["name"]) not in names]
        self._switches = Switches(declared, nested=any(dependency.get("dependencies") for dependency in packaged))
        self._screens = dict(_screens(folder))
        self._values = Chart.load(self.bare)
        self._kept: dict[tuple[Path, str], Chart] = {}

    def render(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[Sources, dict[str, str]]:
        """The custom resource definitions with their files, and the text that each template prints.

        Raises:
            HelmError: Helm refuses the values, or a template fails.
        """
        whole = self._values.merge_values(dict(values))
        take_warnings()  # the render tells them again
        folder = self.bare if self._fits(whole) else self.folder
        state = self._switches.state(whole)
        if state is None:
            with Chart.load(folder) as chart:
                return self._rendered(chart, values, options)
        return self._rendered(self._chart(folder, state), values, options)

    def _rendered(
        self, chart: Chart, values: Mapping[str, Any], options: Mapping[str, Any]
    ) -> tuple[Sources, dict[str, str]]:
        # The class passes neither the Kubernetes version nor API versions on; the function beneath it takes both.
        text = _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(options))
        # Only now the chart is without the subcharts that are switched off, whose definitions are not installed.
        definitions = [(crd["filename"], crd["data"]) for crd in chart.crds] if self._has_definitions else []
        return definitions, json.loads(text)

    def _chart(self, folder: Path, state: str) -> Chart:
        if (folder, state) not in self._kept:
            if len(self._kept) == MOST_KEPT:
                self._kept.pop(next(iter(self._kept))).close()
            self._kept[folder, state] = Chart.load(folder)
        return self._kept[folder, state]

    def _fits(self, whole: Mapping[str, Any]) -> bool:
        parts = ((screen, _at(whole, path)) for path, screen in self._screens.items())
        return all(part is None or (screen is not None and screen.is_valid(part)) for screen, part in parts)


class Switches:
    """What decides which subcharts a render has: conditions and tags of the dependencies in Chart.yaml.

    A render takes out of a loaded chart the subcharts that are switched off, for good. So a loaded chart serves all
    renders that have every switch alike.
    """

    def __init__(self, declared: Sequence[Mapping[str, Any]], *, nested: bool) -> None:
        conditions = ",".join(dependency.get("condition") or "" for dependency in declared)
        self._paths = [path.strip().split(".") for path in conditions.split(",") if path.strip()]
        self._nested = nested

    def state(self, whole: Mapping[str, Any]) -> str | None:
        """How the switches stand in merged values; None where subcharts have switches of their own."""
        if self._nested:
            return None
        return json.dumps([_at(whole, path) for path in [*self._paths, ["tags"]]], sort_keys=True)


def _screens(
    folder: Path, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], jsonschema_rs.Validator | None]]:
    """The screen of each schema of an unpacked chart by the path of the values that it is about.

    None where only Helm can say, which is also where values are found under an alias. Packed subcharts keep their
    schemas, so that Helm looks at them in any case.
    """
    if (folder / SCHEMA).exists():
        try:
            yield path, screen_of(json.loads((folder / SCHEMA).read_bytes()))
        except ValueError:
            yield path, None
    for chart_file in sorted(folder.glob("charts/*/Chart.yaml")):
        yield from _screens(chart_file.parent, (*path, str(_read(chart_file).get("name"))))
    for file in (folder / "Chart.yaml", folder / "requirements.yaml"):
        if file.exists() and any(dependency.get("alias") for dependency in _read(file).get("dependencies") or ()):
            yield (), None


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_native.call_string("helm_values_from_yaml", file.read_text("utf-8")))
    return content


def _at(values: Any, path: Sequence[str]) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values
