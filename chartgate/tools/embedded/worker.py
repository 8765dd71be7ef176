"""The process in which Helm's Go library runs: a request a line on standard input, its answer on standard output.

A process of its own, since the library prints warnings to file descriptor 2 without a word on whose they are, and,
being written in Go, takes everything with it when it dies.
"""

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python
import jsonschema_rs
from helm_python import Chart, HelmError, _native

from chartgate.errors import Inexpressible
from chartgate.tools.embedded.overlay import with_sets
from chartgate.tools.merging import merged

SCHEMA = "values.schema.json"
Answer = dict[str, Any]


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
            about = chart.metadata
            self.name, self.kind, self.supports = about["name"], about.get("type", ""), about.get("kubeVersion", "")
            self.definitions = [(crd["filename"], crd["data"]) for crd in chart.crds]
            packaged = {dependency["name"] for dependency in chart.dependencies}
            declared = [dependency["name"] for dependency in about.get("dependencies") or ()]
            self.missing = [name for name in declared if name not in packaged]
            self.changes = bool(packaged)
        self.validators = dict(self._validators())
        self._whole = Chart.load(folder)
        self._values = Chart.load(self.bare)
        self._kept: Chart | None = None

    def render(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
        """The text that each template prints.

        Raises:
            HelmError: Helm refuses the values, or a template fails.
        """
        if not self._fits(values):
            self._whole.validate_schema(dict(values))
            with Chart.load(self.folder) as chart:
                return _render(chart, values, options)
        if not self.changes:
            self._kept = self._kept or Chart.load(self.bare)
            return _render(self._kept, values, options)
        # A render takes out of the chart the subcharts that are switched off, so each gets a chart of its own.
        with Chart.load(self.bare) as chart:
            return _render(chart, values, options)

    def _fits(self, values: Mapping[str, Any]) -> bool:
        if not self.validators:
            return True
        merged: Any = self._values.merge_values(dict(values))
        for path, validator in self.validators.items():
            part = merged
            for name in path:
                part = part.get(name) if isinstance(part, Mapping) else None
            if part is not None and (validator is None or not validator.is_valid(part)):
                return False
        return True

    def _validators(self) -> Iterator[tuple[tuple[str, ...], jsonschema_rs.Validator | None]]:
        """By the names of the charts on the way; None for a schema that only Helm understands."""
        for path in self.folder.rglob(SCHEMA):
            parts = path.relative_to(self.folder).parent.parts
            if all(part == "charts" for part in parts[::2]) and len(parts) % 2 == 0:
                try:
                    schema = json.loads(path.read_bytes())
                    validator = jsonschema_rs.validator_for(schema, retriever=_refuse_to_fetch)
                except ValueError:
                    validator = None
                yield parts[1::2], validator


class Worker:
    """Answers requests; keeps the chart of the last one, as cases of one chart come one after another."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.key = ""
        self.chart: LoadedChart | None = None
        self.compatible: dict[tuple[str, str], bool] = {}

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """`sources` (template and text in Helm's order) and `warnings`, or `error`, or `inexpressible`."""
        try:
            sources, error = self._sources(request), ""
        except Inexpressible as reason:
            return {"inexpressible": str(reason)}
        except HelmError as refusal:
            sources, error = [], str(refusal)
        return {"sources": sources, "warnings": _warnings(), "error": error}

    def _sources(self, request: Mapping[str, Any]) -> list[tuple[str, str]]:
        chart = self._chart(request)
        values: dict[str, Any] = {}
        for text in request["values"]:
            values = merged(values, json.loads(_native.call_string("helm_values_from_yaml", text)))
        values = with_sets(values, request["sets"])
        if chart.missing:
            raise HelmError(
                "an error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ "
                f"directory: {', '.join(chart.missing)}"
            )
        if chart.kind == "library":
            raise HelmError("library charts are not installable")
        options = {key: request[key] for key in ("name", "namespace", "kube_version", "api_versions")}
        rendered = chart.render(values, options)
        if chart.supports and not self._is_compatible(chart.supports, request["kube_version"]):
            raise HelmError(
                f"chart requires kubeVersion: {chart.supports} which is incompatible with Kubernetes "
                f"{request['kube_version']}"
            )
        return [(f"{chart.name}/{name}", text) for name, text in chart.definitions] + [
            (name, rendered[name]) for name in sorted(rendered) if _is_manifest(name) and rendered[name].strip()
        ]

    def _chart(self, request: Mapping[str, Any]) -> LoadedChart:
        if request["digest"] != self.key or self.chart is None:
            self.chart = None
            self.chart = LoadedChart(Path(request["chart"]), self.scratch)
            self.key = request["digest"]
        return self.chart

    def _is_compatible(self, supports: str, version: str) -> bool:
        """Whether a version is in the range of a chart's kubeVersion; the library does not look, so a template does."""
        key = (supports, version)
        if key not in self.compatible:
            folder = self.scratch / "question"
            (folder / "templates").mkdir(parents=True, exist_ok=True)
            (folder / "Chart.yaml").write_text("{apiVersion: v2, name: question, version: 0.0.0}\n")
            (folder / "templates/answer").write_text("{{ semverCompare .Values.supports .Values.version }}")
            with Chart.load(folder) as chart:
                answer = chart.render({"supports": supports, "version": version})
            self.compatible[key] = answer["question/templates/answer"] == "true"
        return self.compatible[key]


def _warnings() -> list[str]:
    """What the library has written to standard error, which is a file of this process alone, since the last call."""
    size = os.lseek(2, 0, os.SEEK_END)
    text = os.pread(2, size, 0).decode(errors="replace")
    os.ftruncate(2, 0)
    os.lseek(2, 0, os.SEEK_SET)
    lines = (re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (\S+\.go:\d+: )?", "", line) for line in text.splitlines())
    return [line for line in lines if "warning" in line.lower()]


def _render(chart: Chart, values: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    # The class passes neither the Kubernetes version nor API versions on; the function beneath it takes both.
    text = _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(options))
    rendered: dict[str, str] = json.loads(text)
    return rendered


def _is_manifest(name: str) -> bool:
    """Whether `helm template` prints what a template makes: not partials, and not notes."""
    last = name.rsplit("/", 1)[-1]
    return not last.startswith("_") and last != "NOTES.txt"


def _refuse_to_fetch(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")


def _say(answer: Answer) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def main() -> None:
    """Answer until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="chartgate-embedded-") as scratch:
        _say({"helm": helm_python.helm_sdk_version()})
        worker = Worker(Path(scratch))
        for line in sys.stdin:
            _say(worker.answer(json.loads(line)))


if __name__ == "__main__":
    main()
