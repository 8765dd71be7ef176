"""A release that Helm cannot store is found: chart, values and manifests together, compressed as Helm does it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chartgate.findings.rendering import CHECK
from chartgate.findings.runner import examine
from chartgate.releases import stored_size
from chartgate.releases.jobs import Job, render_case
from chartgate.releases.rendered import Rendered
from chartgate.releases.stored_size import oversize
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.helm import find_helm
from chartgate.values.case import Case

MakeChart = Callable[[dict[str, str]], Path]

NOISE = Random(0).randbytes(1_200_000).hex()
HALF, QUARTER = NOISE[: len(NOISE) // 2], NOISE[: len(NOISE) // 4]
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
MAP = f"{HEAD}data: {{a: b}}\n"
REPEATING = HEAD + 'data: {a: {{ .Files.Get "a.txt" | quote }}, b: {{ .Files.Get "a.txt" | quote }}}\n'
GIVEN = HEAD + "data: {a: {{ .Values.a | quote }}}\n"


def rules_of(chart: Path, values: tuple[str, ...] = ()) -> list[str]:
    case = Case("written", values=values)
    release = render_case(read_chart_files(chart), Job(case, EMBEDDED, "1.37"), ())
    (verdict,) = examine(CHECK, [Rendered(case, release)])
    return [finding.rule for finding in verdict.findings]


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        ({"dashboard.json": NOISE}, ["release-size"]),
        ({"a.json": HALF, "templates/_b.tpl": NOISE[len(NOISE) // 2 :]}, ["release-size"]),
        ({"a.json": QUARTER}, []),
        ({"dashboard.json": "a line that repeats\n" * 200_000}, []),
        ({"dashboard.json": NOISE, ".helmignore": "dashboard.json\n"}, []),
        ({"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n", "charts/sub/a.json": NOISE}, []),
        ({"values.yaml": f"a: {HALF}\n"}, []),
        ({"values.yaml": f"a: {HALF}\n", "templates/a.yaml": GIVEN}, ["release-size"]),
        ({"a.txt": QUARTER, "templates/a.yaml": REPEATING}, ["release-size"]),
        ({"templates/a.yaml": HEAD + 'data: {a: {{ repeat 3000000 "a" | quote }}}\n'}, []),
    ],
    ids=[
        *("a file", "two files", "a smaller file", "a file that repeats", "ignored", "of a subchart"),
        *("values", "values that are printed", "a file that is printed", "a manifest that repeats"),
    ],
)
def test_a_release_that_helm_cannot_store_is_found(
    files: dict[str, str], rules: list[str], make_chart: MakeChart
) -> None:
    """Helm compresses a release, leaves out what `.helmignore` names, and stores no subcharts."""
    assert rules_of(make_chart({"templates/a.yaml": MAP, **files})) == rules


def test_the_values_of_the_user_are_stored_as_well(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": MAP, "a.json": QUARTER})
    assert rules_of(chart) == []
    assert rules_of(chart, (f"a: {NOISE[len(NOISE) // 2 :]}\n",)) == ["release-size"]


def test_the_largest_parts_are_named(make_chart: MakeChart) -> None:
    files = {"templates/a.yaml": REPEATING, "a.txt": QUARTER, "b.txt": "b" * 1000}
    chart = read_chart_files(make_chart(files))
    found = oversize(chart, (), (), [("tiny/templates/a.yaml", 3 * QUARTER)])
    assert found is not None
    assert found.largest == ("the manifests of tiny/templates/a.yaml", "a.txt", "b.txt")


def test_the_size_is_that_of_the_release_of_a_real_helm(
    chart: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`helm install --dry-run` prints the release as it would be stored."""
    values = tmp_path / "values.yaml"
    values.write_text("config: {logLevel: debug}\n")
    command = [find_helm("4").path, "install", "x", chart, "--values", values, "--dry-run=client", "--output", "json"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    real: dict[str, Any] = json.loads(done.stdout)
    # The times of files, which Helm 4 prints and an older one does not store.
    for file in (*real["chart"]["templates"], *real["chart"]["files"]):
        file.pop("modtime", None)
    monkeypatch.setattr(stored_size, "LARGEST", 1)
    sources = [("", real["manifest"]), *(("", hook["manifest"]) for hook in real["hooks"])]
    found = oversize(read_chart_files(chart), (values.read_text(),), (), sources)
    assert found is not None
    assert found.size == pytest.approx(stored_size.stored_size(real), rel=0.02)
