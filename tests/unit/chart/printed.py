"""What the chart prints for its defaults and its CI values, recorded in `printed/`.

`python -m tests.unit.chart.printed` writes the records, and a test compares them: a reviewer sees each change of what
the chart prints beside its cause. The record of CI values says only how the objects differ from those of the defaults.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chartgate.releases.jobs import Job, render_case
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.reports.masking import as_yaml, masked
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.engines import default_engine
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.chart import Chart, read_chart

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).with_name("printed")
DEFAULTS = "defaults"
_OFTEN_NEW = re.compile(r"(helm\.sh/chart: [a-z-]+-|checksum/[a-z-]+: )\S+")


def names_of(chart: Chart) -> list[str]:
    """The names of the cases of which there are records: the defaults first."""
    return [DEFAULTS, *(case.name for case in chart.ci_cases)]


def path_of(name: str) -> Path:
    """The record of a case."""
    return FOLDER / (f"{name}.yaml" if name == DEFAULTS else f"{name.removeprefix('ci/')}.diff")


def record_of(name: str, release: Release, defaults: Release, files: ChartFiles) -> str:
    """What the record of a case says.

    Args:
        release: the objects of the case.
        defaults: the objects of the chart's defaults.
        files: those of the chart. The name of a file stands for its text, "ANY" for a version of
            the chart and for a checksum.
    """
    before, after = (dict(_texts(one, files)) for one in (defaults, release))
    if name == DEFAULTS:
        return "".join(f"---\n# {key}\n{text}" for key, text in after.items())
    return "".join(_differences(before, after))


def _texts(release: Release, files: ChartFiles) -> Iterator[tuple[str, str]]:
    """The objects as YAML, each under its template and kind: its name may differ from case to case."""
    names = {content.decode().strip(): path for path, content in files.contents.items() if "files" in path.split("/")}
    app_version = str(read_one(files.text("Chart.yaml"))["appVersion"])
    seen: Counter[str] = Counter()
    for obj in release:
        key = f"{obj.template}: {obj.kind}"
        seen[key] += 1
        text = as_yaml(_with_file_names(obj, names)).replace(app_version, "ANY")
        yield f"{key} {seen[key]}" if seen[key] > 1 else key, _OFTEN_NEW.sub(r"\1ANY", text)


def _with_file_names(obj: KubeObject, names: Mapping[str, str]) -> dict[str, Any]:
    manifest = masked(obj)
    data = manifest.get("data") if obj.kind == "ConfigMap" else None
    for key, text in (data or {}).items():
        if text.strip() in names:
            manifest["data"][key] = f"(the file {names[text.strip()]})"
    return manifest


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """The objects that differ, each with its lines; without line numbers, which change too often."""
    for key in dict.fromkeys([*before, *after]):
        old, new = (texts.get(key, "").splitlines() for texts in (before, after))
        lines = [*difflib.unified_diff(old, new, lineterm="", n=2)][2:]
        if lines:
            yield "\n".join([f"# {key}", *("@@" if line.startswith("@@") else line for line in lines)]) + "\n"


def _write() -> None:
    chart = read_chart(ROOT / "charts" / "claude-relay")
    settings = chart.settings
    cases = {case.name: case for case in chart.offered_cases}
    job = {name: Job(cases[name], default_engine(settings.helm), settings.kubernetes[-1]) for name in names_of(chart)}
    releases = {name: render_case(chart.files, one, settings.api_versions) for name, one in job.items()}
    FOLDER.mkdir(exist_ok=True)
    written = {path_of(name) for name in releases}
    for path in set(FOLDER.iterdir()) - written:
        path.unlink()
    for name, release in releases.items():
        path_of(name).write_text(record_of(name, release, releases[DEFAULTS], chart.files), encoding="utf-8")


if __name__ == "__main__":
    _write()
