"""Renders by Helm's library that Helm programs repeat, and charts for them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, Values, render
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import Engine
from chartgate.tools.helm import find_helm

MakeChart = Callable[[dict[str, str]], Path]
SHOW = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data:
  values: {{ toJson .Values | quote }}
"""


def answer_of(chart: Path, helm: Engine, values: Values, sets: Sequence[str], kube: str) -> Release | str:
    try:
        return render(
            read_chart_files(chart),
            helm=helm,
            values=values,
            sets=sets,
            release="r",
            namespace="apps",
            kube_version=kube,
        )
    except RenderError as error:
        return str(error)


def same_answer(
    chart: Path, values: Values = (), sets: Sequence[str] = (), *, helms: Sequence[str] = ("4",), kube: str = "1.37"
) -> Release | str:
    """What the library answers, after a look whether Helm programs answer the same."""
    ours = answer_of(chart, EMBEDDED, values, sets, kube)
    for spec in helms:
        theirs = answer_of(chart, find_helm(spec), values, sets, kube)
        assert isinstance(theirs, str) == isinstance(ours, str), (spec, theirs, ours)
        if isinstance(ours, Release) and isinstance(theirs, Release):
            assert objects_of(ours) == objects_of(theirs), spec
            assert ours.warnings == theirs.warnings, spec
    return ours


def objects_of(answer: Release | str) -> list[tuple[str, str, str, Mapping[str, Any]]] | str:
    """The objects of a release, or the words with which Helm refuses it."""
    if isinstance(answer, str):
        return answer
    return sorted((obj.kind, obj.name, obj.template, obj.manifest) for obj in answer)


def rendered(*arguments: Any, **more: Any) -> Release:
    answer = same_answer(*arguments, **more)
    assert isinstance(answer, Release), answer
    return answer


def refused(*arguments: Any, **more: Any) -> str:
    answer = same_answer(*arguments, **more)
    assert isinstance(answer, str), "is rendered"
    return answer


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
DEFAULTS = "a: {b: 1, c: {d: x}}\nl: [1, {x: y}]\ns: text\n"
CHART = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
CHILD = "apiVersion: v2\nname: kid\nversion: 1.0.0\n"
EVERYWHERE = ("3.17.3", "4.1.4", "4.3.1")
CHILD_SCHEMA = (
    '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"k": {"type": "integer"}}}'
)
CHILD_FILES = {
    "Chart.yaml": CHILD,
    "values.yaml": "k: 1\nm: {a: 1}\nsvc: {port: 80}\nexports: {data: {from: kid}}\n",
    "values.schema.json": CHILD_SCHEMA,
    "templates/kid.yaml": SHOW.replace("shown", "{{ .Chart.Name }}-shown"),
}


def family(dependencies: str, values: str = "", **child: str) -> dict[str, str]:
    """A chart with the subchart "kid"."""
    files = {f"charts/kid/{name}": text for name, text in {**CHILD_FILES, **child}.items()}
    own = {"Chart.yaml": f"{CHART}dependencies: {dependencies}\n", "values.yaml": values, "templates/show.yaml": SHOW}
    return {**own, **files}
