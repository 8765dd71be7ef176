"""What the chart prints for its defaults, its CI values, each label of its matrix and contradictions, in `printed/`.

`python -m tests.unit.chart.printed` writes the records, and a test compares them: a reviewer sees each change of what
the chart prints beside its cause. All records but that of the defaults say only what differs from the defaults.
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from chartgate.releases.jobs import Job, render_case
from chartgate.releases.objects import KubeObject
from chartgate.releases.probes.trial import printed
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.reports.masking import as_yaml, masked
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case
from chartgate.values.chart import Chart, read_chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.matrix import Axis, Matrix
from chartgate.values.settings import Settings
from tests.unit.chart.contradictions import CONTRADICTIONS

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).with_name("printed")
DEFAULTS = "defaults"
_OFTEN_NEW = re.compile(r"(helm\.sh/chart: [a-z-]+-|checksum/[a-z-]+: )\S+")

Render = Callable[[Case], Release]
Texts = Callable[[Case], dict[str, str]]


def records_of(chart: Chart) -> dict[str, list[Case]]:
    """The cases of each record, by its path below FOLDER: the defaults first. Contradictions have a record for each key
    that their values begin with, so that a fault in one template is shown by a few renders.
    """
    release, namespace = chart.settings.release, chart.settings.namespace
    contradictions: dict[str, list[Case]] = {}
    for values, words in CONTRADICTIONS:
        case = Case(words, values=(json.dumps(values),), release=release, namespace=namespace)
        contradictions.setdefault(f"contradictions/{next(iter(values))}.diff", []).append(case)
    written = {case.name: case for case in chart.offered_cases if case.origin in {"defaults", "ci"}}
    matrix = find_matrix(chart)
    return {
        f"{DEFAULTS}.yaml": [written.pop(DEFAULTS)],
        **{f"{name}.diff": [case] for name, case in written.items()},
        **{f"matrix/{axis.name}.diff": [*_cases(chart, matrix, axis)] for axis in matrix.axes if axis.kind != "helm"},
        **contradictions,
    }


def _cases(chart: Chart, matrix: Matrix, axis: Axis) -> Iterator[Case]:
    """The defaults with each label of an axis but the first, on a cluster with all APIs that the matrix knows."""
    clusters = [other for other in matrix.axes if other.kind == "apiVersions"]
    apis = [api for cluster in clusters for choice in cluster.choices.values() for api in choice]
    settings = chart.settings
    for label, choice in [*axis.choices.items()][1:]:
        yield Case(
            f"{axis.name}={label}",
            values=(json.dumps(choice),) if axis.kind == "values" else (),
            release=choice if axis.kind == "release" else settings.release,
            namespace=settings.namespace,
            kubernetes=choice if axis.kind == "kubernetes" else settings.kubernetes[-1],
            api_versions=tuple(choice if axis.kind == "apiVersions" else apis),
        )


def files_of(folder: Path) -> set[Path]:
    """The files in a folder and below it."""
    return {path for path in folder.rglob("*") if path.is_file()}


def texts_of_cases(files: ChartFiles, render: Render, settings: Settings) -> Texts:
    """The texts of each case, which is rendered once.

    Args:
        files: those of the chart. The name of a file stands for its text, "ANY" for a version of the chart and for a
            checksum.
        render: renders a case.
        settings: those of the chart.
    """
    return cache(partial(_texts, files=files, render=render, settings=settings))


def record_of(record: str, cases: list[Case], defaults: Case, texts: Texts) -> str:
    """What a record says.

    Args:
        record: its path below FOLDER.
        cases: those of the record.
        defaults: the case with which they are compared.
        texts: the texts of a case.
    """
    if record == f"{DEFAULTS}.yaml":
        return "".join(f"---\n# {key}\n{text}" for key, text in texts(defaults).items())
    before = texts(defaults)
    said: dict[str, str] = {}
    found = []
    for case in cases:
        differences = "".join(_differences(before, texts(case)))
        like = said.setdefault(differences, case.name)
        found.append(f"## {case.name}\n" + (differences if like == case.name else f"like {like}\n"))
    return "".join(found)


def _texts(case: Case, files: ChartFiles, render: Render, settings: Settings) -> dict[str, str]:
    """The objects as YAML and the notes, each under its template and kind: its name may differ from case to case."""
    try:
        release = render(case)
    except RenderError as error:
        return {"refused": f"{error}\n"}
    names = {content.decode().strip(): path for path, content in files.contents.items() if "files" in path.split("/")}
    app_version = str(read_one(files.text("Chart.yaml"))["appVersion"])
    found, seen = {}, Counter[str]()
    for obj in release:
        key = f"{obj.template}: {obj.kind}"
        seen[key] += 1
        text = _OFTEN_NEW.sub(r"\1ANY", as_yaml(_with_file_names(obj, names)).replace(app_version, "ANY"))
        found[f"{key} {seen[key]}" if seen[key] > 1 else key] = text
    # `render` has asked the same, so that Helm's answer is known.
    told, _ = printed(files, _job(case, settings), settings.api_versions, cached=True).said
    notes = {name: text for name, text in told.items() if name.endswith("NOTES.txt")}
    return found | {name: f"{text.strip()}\n".replace(app_version, "ANY") for name, text in notes.items()}


def _job(case: Case, settings: Settings) -> Job:
    return Job(case, EMBEDDED, case.kubernetes or settings.kubernetes[-1])


def _with_file_names(obj: KubeObject, names: Mapping[str, str]) -> dict[str, Any]:
    manifest = masked(obj)
    data = manifest.get("data") if obj.kind == "ConfigMap" else None
    for key, text in (data or {}).items():
        if text.strip() in names:
            manifest["data"][key] = f"(the file {names[text.strip()]})"
    return manifest


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What differs; without line numbers, which change too often."""
    if "refused" in after:
        yield after["refused"]
        return
    for key in dict.fromkeys([*before, *after]):
        old, new = (texts.get(key, "").splitlines() for texts in (before, after))
        lines = [*difflib.unified_diff(old, new, lineterm="", n=1)][2:]
        if lines:
            yield "\n".join([f"# {key}", *("@@" if line.startswith("@@") else line for line in lines)]) + "\n"


def _write() -> None:
    chart = read_chart(ROOT / "charts" / "claude-relay")
    settings, records = chart.settings, records_of(chart)

    def render(case: Case) -> Release:
        return render_case(chart.files, _job(case, settings), settings.api_versions)

    (defaults,) = records[f"{DEFAULTS}.yaml"]
    for path in files_of(FOLDER) - {FOLDER / record for record in records}:
        path.unlink()
    texts = texts_of_cases(chart.files, render, settings)
    for record, cases in records.items():
        path = FOLDER / record
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(record_of(record, cases, defaults, texts), encoding="utf-8")


if __name__ == "__main__":
    _write()
