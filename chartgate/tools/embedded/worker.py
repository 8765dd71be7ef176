"""The process in which Helm's Go library runs: a request a line on standard input, its answer on standard output.

A process of its own, since the library prints warnings to file descriptor 2 without a word on whose they are, and,
being written in Go, takes everything with it when it dies.
"""

import base64
import json
import os
import queue
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python
from helm_python import Chart, HelmError, _native

from chartgate.errors import Inexpressible
from chartgate.tools.embedded.folder import Changes, Folder
from chartgate.tools.embedded.loaded_chart import LoadedChart
from chartgate.tools.embedded.overlay import with_sets
from chartgate.tools.embedded.standard_error import take_warnings
from chartgate.tools.merging import merged

CHARTS = 2
"""The number of charts that a worker keeps, and of folders from which it loads changed charts."""
REMOVALS = 1000
"""Attempts to remove the scratch folder while a chart may still be on its way into it."""
Answer = dict[str, Any]
# Helm 4 merges the documents of a values file; the library would read the first one.
_BETWEEN = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


class Worker:
    """Answers requests; keeps the last charts, because renders of a chart and of a changed one come in turn."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.folders: dict[str, Folder] = {}
        """The folders of unchanged charts, by their paths."""
        self.unchanged: dict[Folder, LoadedChart] = {}
        self.charts: dict[str, LoadedChart] = {}
        """Charts by the digests of their files."""
        self.compatible: dict[tuple[str, str], bool] = {}

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """`sources` (template and text in Helm's order, NOTES.txt included) and `warnings`, or `error`, or
        `inexpressible`; or `unknown`, if the request names a chart by a digest alone and the chart is not here.
        """
        if request["digest"] not in self.charts and "folder" not in request:
            return {"unknown": True}
        try:
            sources, error = self._sources(request), ""
        except Inexpressible as reason:
            return {"inexpressible": str(reason)}
        except HelmError as refusal:
            sources, error = [], str(refusal)
        return {"sources": sources, "warnings": take_warnings(), "error": error}

    def _sources(self, request: Mapping[str, Any]) -> list[tuple[str, str]]:
        chart = self._chart(request)
        values: dict[str, Any] = {}
        for document in (part for text in request["values"] for part in _BETWEEN.split(text)):
            values = merged(values, json.loads(_native.call_string("helm_values_from_yaml", document)))
        values = with_sets(values, request["sets"])
        if chart.missing:
            raise HelmError(
                "an error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ "
                f"directory: {', '.join(chart.missing)}"
            )
        if chart.kind == "library":
            raise HelmError("library charts are not installable")
        options = {key: request[key] for key in ("name", "namespace", "kube_version", "api_versions")}
        definitions, rendered = chart.render(values, options)
        if chart.supports and not self._is_compatible(chart.supports, request["kube_version"]):
            raise HelmError(
                f"chart requires kubeVersion: {chart.supports} which is incompatible with Kubernetes "
                f"{request['kube_version']}"
            )
        return definitions + [
            (name, rendered[name]) for name in sorted(rendered) if not _is_partial(name) and rendered[name].strip()
        ]

    def _chart(self, request: Mapping[str, Any]) -> LoadedChart:
        key = request["digest"]
        chart = self.charts.pop(key, None)
        if chart is None:
            folder = self._folder(request["folder"])
            changes = {name: base64.b64decode(text) for name, text in request["changes"].items()}
            chart = self._loaded(folder, changes, only_templates=request["only_templates"])
            if len(self.charts) == CHARTS:
                self.charts.pop(next(iter(self.charts)))
        self.charts[key] = chart
        return chart

    def _folder(self, original: str) -> Folder:
        folder = self.folders.pop(original, None)
        if folder is None:
            if len(self.folders) == CHARTS:
                self._forget(self.folders.pop(next(iter(self.folders))))
            folder = Folder(Path(original), Path(tempfile.mkdtemp(dir=self.scratch)))
        self.folders[original] = folder
        return folder

    def _forget(self, folder: Folder) -> None:
        """Forget all charts of a folder."""
        self.unchanged.pop(folder, None)
        self.charts = {key: chart for key, chart in self.charts.items() if chart.folder is not folder}
        shutil.rmtree(folder.scratch, ignore_errors=True)

    def _loaded(self, folder: Folder, changes: Changes, *, only_templates: bool) -> LoadedChart:
        # The unchanged chart may be one that Helm cannot load. The changed one can correct that, unless it has other
        # templates only.
        if not only_templates:
            return LoadedChart(folder, changes)
        if folder not in self.unchanged:
            self.unchanged[folder] = LoadedChart(folder, {})
        return self.unchanged[folder].with_templates(changes) if changes else self.unchanged[folder]

    def _is_compatible(self, supports: str, version: str) -> bool:
        """Whether a version is in the range of a chart's kubeVersion; the library does not look, so a template does."""
        key = (supports, version)
        if key not in self.compatible:
            folder = self.scratch / "question"
            (folder / "templates").mkdir(parents=True, exist_ok=True)
            (folder / "Chart.yaml").write_text("{apiVersion: v2, name: question, version: 0.0.0}\n")
            (folder / "templates/answer").write_text("{{ semverCompare .Values.supports .Values.version }}")
            try:
                with Chart.load(folder) as chart:
                    answer = chart.render({"supports": supports, "version": version})
            except HelmError:
                answer = {}  # not a range, so that nothing is in it
            self.compatible[key] = answer.get("question/templates/answer") == "true"
        return self.compatible[key]


def _is_partial(name: str) -> bool:
    """Whether Helm prints nothing of a template."""
    return name.rsplit("/", 1)[-1].startswith("_")


def _say(answer: Answer) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def _requests(scratch: Path) -> Iterator[Any]:
    """Each request; ends the process, whatever it is doing, when nobody can ask any more."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        for _ in range(REMOVALS):
            shutil.rmtree(scratch, ignore_errors=True)
            if not scratch.exists():
                break
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def main() -> None:
    """Answer until standard input ends."""
    # A terminal interrupts its whole group; the one who asks decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scratch = Path(tempfile.mkdtemp(prefix="chartgate-embedded-"))
    try:
        _say({"helm": helm_python.helm_sdk_version(), "scratch": str(scratch)})
        worker = Worker(scratch)
        for request in _requests(scratch):
            _say(worker.answer(request))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
