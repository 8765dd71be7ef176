"""A chart in the memory of Helm's library, kept from render to render."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from helm_python import Chart, _native

from chartgate.tools.embedded.screen import Screen, screen_of
from chartgate.tools.embedded.standard_error import take_warnings

SCHEMA = "values.schema.json"
MOST_KEPT = 8
"""Loaded charts at a time: those of a worker must not fill the memory."""
# What Helm reads of a chart before it validates values, schemas aside.
_BEFORE_VALIDATION = frozenset({".helmignore", "Chart.yaml", "requirements.yaml", "values.yaml", "charts"})
Sources = list[tuple[str, str]]


class LoadedChart:
    """A chart as it is in `folder`, and two copies of it: one without schemas, and one for values that are refused.

    Helm compiles the schema anew for each render, which takes as long as all templates together. So jsonschema-rs looks
    first. What it accepts is rendered from the copy without schemas. What it refuses goes to Helm with the parts of the
    schemas that refuse it, and without templates. If Helm accepts it, Helm has the last word on the whole chart.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.bare = scratch / "bare"
        shutil.rmtree(self.bare, ignore_errors=True)
        shutil.copytree(folder, self.bare, ignore=shutil.ignore_patterns(SCHEMA), copy_function=_linked)
        self._values = Chart.load(self.bare)
        about, packaged = self._values.metadata, self._values.dependencies
        self.name, self.kind, self.supports = about["name"], about.get("type", ""), about.get("kubeVersion", "")
        self._has_definitions = bool(self._values.crds)
        declared = about.get("dependencies") or []
        names = {dependency["name"] for dependency in packaged}
        self.missing = [name for dependency in declared if (name := dependency["name"]) not in names]
        self._switches = Switches(declared, nested=any(dependency.get("dependencies") for dependency in packaged))
        self._screens: dict[tuple[str, ...], Screen | None] = {}
        self._schemas: dict[tuple[str, ...], Path] = {}
        for path, file, screen in _screens(folder):
            self._screens[path] = screen
            if file is not None:
                self._schemas[path] = file.relative_to(folder)
        self._scratch = scratch
        self._kept: dict[tuple[Path, str], Chart] = {}

    def render(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[Sources, dict[str, str]]:
        """The custom resource definitions with their files, and the text that each template prints.

        Raises:
            HelmError: Helm refuses the values, or a template fails.
        """
        whole = self._values.merge_values(dict(values))
        take_warnings()  # the render tells them again
        folder = self.bare
        if not self._fits(whole):
            self._validate(whole, values, options)
            folder = self.folder
        state = self._switches.state(whole)
        if state is None:
            with Chart.load(folder) as chart:
                return self._rendered(chart, values, options)
        return self._rendered(self._chart(folder, state), values, options)

    def _validate(self, whole: Mapping[str, Any], values: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Have Helm validate values by the parts of the schemas that they break, where these are known.

        Raises:
            HelmError: Helm refuses the values.
        """
        if None in self._screens.values():
            return
        for path, screen in self._screens.items():
            part = _at(whole, path)
            reduced = {} if screen is None or part is None or screen.is_valid(part) else screen.reduced(part)
            (self._refusing / self._schemas[path]).write_text(json.dumps(reduced), encoding="utf-8")
        with Chart.load(self._refusing) as chart:
            self._rendered(chart, values, options)
        take_warnings()  # the render tells them again

    @cached_property
    def _refusing(self) -> Path:
        """The copy for values that are refused."""
        folder = self._scratch / "refusing"
        shutil.rmtree(folder, ignore_errors=True)
        # Real copies, because the schemas are written anew.
        shutil.copytree(self.folder, folder, ignore=_after_validation, copy_function=shutil.copyfile)
        return folder

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

    def close(self) -> None:
        """Release what the library keeps of the chart."""
        self._values.close()
        for chart in self._kept.values():
            chart.close()

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


def _linked(source: str, target: str) -> None:
    """Make a file a hard link to another one that nobody changes: a copy takes ten times as long on most disks."""
    try:
        os.link(source, target)
    except OSError:  # on another file system, for instance
        shutil.copyfile(source, target)


def _after_validation(_: str, names: list[str]) -> set[str]:
    """Which of the names in a folder of a chart Helm reads only after it has validated values."""
    return {name for name in names if name not in _BEFORE_VALIDATION} if "Chart.yaml" in names else set()


def _screens(folder: Path, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Path | None, Screen | None]]:
    """Each schema of an unpacked chart: the path of the values that it is about, its file, and its screen.

    The screen is None where only Helm can say, which is also where values are found under an alias. Packed subcharts
    keep their schemas, so that Helm looks at them in any case.
    """
    if (folder / SCHEMA).exists():
        try:
            yield path, folder / SCHEMA, _screen((folder / SCHEMA).read_bytes())
        except ValueError:
            yield path, folder / SCHEMA, None
    for chart_file in sorted(folder.glob("charts/*/Chart.yaml")):
        yield from _screens(chart_file.parent, (*path, str(_read(chart_file).get("name"))))
    for file in (folder / "Chart.yaml", folder / "requirements.yaml"):
        if file.exists() and any(dependency.get("alias") for dependency in _read(file).get("dependencies") or ()):
            yield (), None, None


# Changed copies of a chart mostly have its schema.
@lru_cache(maxsize=8)
def _screen(schema: bytes) -> Screen | None:
    return screen_of(json.loads(schema))


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_native.call_string("helm_values_from_yaml", file.read_text("utf-8")))
    return content


def _at(values: Any, path: Sequence[str]) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values
