"""A chart in the memory of Helm's library, kept from render to render."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from pathlib import Path
from typing import Any

from helm_python import Chart, _native

from chartgate.tools.embedded.folder import Changes, Folder
from chartgate.tools.embedded.standard_error import take_warnings
from chartgate.tools.embedded.validation import Validation, value_at

MOST_KEPT = 8
"""Loaded charts at a time: those of a worker must not fill the memory."""
Sources = list[tuple[str, str]]
_Reading = Callable[[Changes], AbstractContextManager[Path]]


class LoadedChart:
    """A chart of which Helm reads a copy without schemas, or all of it for values that may be refused.

    Helm compiles the schema anew for each render, which takes as long as all templates together. So jsonschema-rs looks
    first. What it accepts is rendered from the copy without schemas. What it refuses goes to Helm with the parts of the
    schemas that refuse it, and without templates. If Helm accepts it, Helm has the last word on the whole chart.

    Args:
        changes: files that are not as they are in the folder.
    """

    def __init__(self, folder: Folder, changes: Changes) -> None:
        self.folder, self._changes = folder, changes
        with folder.bare(changes) as bare:
            self._values = Chart.load(bare)
        about, packaged = self._values.metadata, self._values.dependencies
        self.kind, self.supports = about.get("type", ""), about.get("kubeVersion", "")
        self._has_definitions = bool(self._values.crds)
        declared = about.get("dependencies") or []
        names = {dependency["name"] for dependency in packaged}
        self.missing = [name for dependency in declared if (name := dependency["name"]) not in names]
        self._switches = Switches(declared, nested=any(dependency.get("dependencies") for dependency in packaged))
        self._validation = Validation(folder, changes)
        self._kept: dict[tuple[_Reading, str], Chart] = {}

    def with_templates(self, changes: Changes) -> "LoadedChart":
        """The same chart with other content of some templates. It has the metadata, values and schemas of this one."""
        other = copy(self)
        other._changes, other._kept = changes, {}
        return other

    def render(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[Sources, dict[str, str]]:
        """The custom resource definitions with their files, and the text that each template prints.

        Raises:
            HelmError: Helm refuses the values, or a template fails.
        """
        whole = self._values.merge_values(dict(values))
        take_warnings()  # the render tells them again
        reading: _Reading = self.folder.bare
        if not self._validation.accepts(whole):
            self._validation.refuse(whole, lambda folder: self._rendered(Chart.load(folder), values, options))
            take_warnings()  # the render tells them again
            reading = self.folder.whole
        return self._rendered(self._chart(reading, self._switches.state(whole)), values, options)

    def _rendered(
        self, chart: Chart, values: Mapping[str, Any], options: Mapping[str, Any]
    ) -> tuple[Sources, dict[str, str]]:
        # The class passes neither the Kubernetes version nor API versions on; the function beneath it takes both.
        text = _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(options))
        # Only now the chart is without the subcharts that are switched off, whose definitions are not installed.
        definitions = [(crd["filename"], crd["data"]) for crd in chart.crds] if self._has_definitions else []
        return definitions, json.loads(text)

    def _chart(self, reading: _Reading, state: str | None) -> Chart:
        """The chart with the switches of its subcharts in this state; None for a state that nothing else has."""
        if state is not None and (reading, state) in self._kept:
            return self._kept[reading, state]
        with reading(self._changes) as folder:
            chart = Chart.load(folder)
        if state is not None:
            if len(self._kept) == MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[reading, state] = chart
        return chart


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
        return json.dumps([value_at(whole, path) for path in [*self._paths, ["tags"]]], sort_keys=True)
