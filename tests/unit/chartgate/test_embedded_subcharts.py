"""Helm's library and Helm programs treat subcharts alike: conditions, values, schemas, definitions and libraries."""

import io
import tarfile
from collections.abc import Sequence

import pytest

from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.helm import find_helm
from tests.unit.chartgate.embedded_answers import (
    CHART,
    CHILD,
    CHILD_FILES,
    CONFIG_MAP,
    MakeChart,
    answer_of,
    family,
    refused,
    rendered,
)


def packed(files: dict[str, str], folder: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("dependencies", "defaults", "values"),
    [
        (
            "[{name: kid, version: 1.0.0, repository: '', condition: 'kid.enabled,global.kid'}]",
            "",
            ["", "kid: {enabled: false}", "kid: {enabled: true}", "global: {kid: false}", "kid: {enabled: 'no'}", ""],
        ),
        (
            "[{name: kid, version: 1.0.0, repository: '', tags: [x, y]}]",
            "",
            ["tags: {x: false}", "tags: {x: false, y: true}", "tags: {x: a}", ""],
        ),
        (
            "[{name: kid, version: 1.0.0, repository: '', import-values: [data, {child: svc, parent: mine.svc}]}]",
            "mine: {svc: {port: 1}}\n",
            ["", "mine: {svc: {x: 2}}\nkid: {svc: {port: 9}}", ""],
        ),
        ("[{name: kid, version: 1.0.0, repository: '', import-values: [nope]}]", "", [""]),
        (
            "[{name: kid, version: 1.0.0, repository: '', alias: one, condition: one.enabled},"
            " {name: kid, version: 1.0.0, repository: '', alias: two, condition: two.enabled}]",
            "",
            ["", "one: {enabled: false}", "two: {k: 5}", "two: {enabled: false, k: x}", "kid: {k: x}", ""],
        ),
        (
            "[{name: kid, version: 1.0.0, repository: ''}]",
            "global: {a: 1, b: {c: 2}}\n",
            ["", "global: {b: {c: 7}}\nkid: {global: {q: 1, a: 4}}", "global: {a: null}", "global: 3"],
        ),
        (
            "[{name: kid, version: 1.0.0, repository: '', condition: kid.enabled}]",
            "",
            ["kid: {k: null, m: {a: null}}", "kid: {m: null}", "kid: {k: x, enabled: false}", "kid: {k: 1e3}"],
        ),
        ("[{name: kid, version: 2.0.0, repository: ''}]", "", [""]),
    ],
)
def test_subcharts_come_and_go_alike(
    make_chart: MakeChart, dependencies: str, defaults: str, values: Sequence[str]
) -> None:
    chart = make_chart(family(dependencies, defaults))
    assert [rendered(chart, text) for text in values]


def test_switches_of_subcharts_in_subcharts_work_alike(make_chart: MakeChart) -> None:
    grandchild = {f"charts/gran/{name}": text.replace("kid", "gran") for name, text in CHILD_FILES.items()}
    grandchild["Chart.yaml"] = (
        f"{CHILD}dependencies: [{{name: gran, version: 1.0.0, repository: '', condition: gran.enabled}}]\n"
    )
    chart = make_chart(family("[{name: kid, version: 1.0.0, repository: '', condition: kid.enabled}]", **grandchild))
    for values, count in (
        ("", 3),
        ("kid: {gran: {enabled: false, k: x}}", 2),
        ("kid: {enabled: false}", 1),
        ("kid: {gran: {k: 2}}", 3),
    ):
        assert len(rendered(chart, values)) == count
    assert "'/k'" in refused(chart, "kid: {gran: {k: x}}")


def test_a_packed_subchart_is_held_to_its_schema(make_chart: MakeChart) -> None:
    chart = make_chart({"Chart.yaml": f"{CHART}dependencies: [{{name: kid, version: 1.0.0, condition: kid.on}}]\n"})
    (chart / "charts").mkdir()
    (chart / "charts/kid-1.0.0.tgz").write_bytes(packed(CHILD_FILES, "kid"))
    assert rendered(chart, "kid: {k: 2}").inventory() == [("ConfigMap", "kid-shown")]
    assert "/k" in refused(chart, "kid: {k: x}")
    assert not len(rendered(chart, "kid: {k: x, 'on': false}"))


DEFINITION = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %s.x.y}\n"


def test_definitions_of_subcharts_that_are_switched_off_stay_out(make_chart: MakeChart) -> None:
    own = {"crds/a.yaml": f"{DEFINITION % 'a'}---\n{DEFINITION % 'b'}", "crds/sub/c.yml": DEFINITION % "c"}
    child = {"crds/k.yaml": DEFINITION % "k"}
    chart = make_chart({**family("[{name: kid, version: 1.0.0, condition: kid.enabled}]", **child), **own})
    assert len(rendered(chart).of_kind("CustomResourceDefinition")) == 4
    off = rendered(chart, "kid: {enabled: false}")
    assert {obj.template for obj in off} == {"tiny/crds/a.yaml", "tiny/crds/sub/c.yml", "tiny/templates/show.yaml"}


def test_a_library_chart_serves_its_parent(make_chart: MakeChart) -> None:
    child = {
        "Chart.yaml": f"{CHILD}type: library\n",
        "templates/_x.tpl": f'{{{{ define "lib.x" }}}}{CONFIG_MAP % "lib"}{{{{ end }}}}',
    }
    files = family("[{name: kid, version: 1.0.0}]", **child) | {"templates/u.yaml": '{{ include "lib.x" . }}'}
    assert rendered(make_chart(files)).inventory() == [("ConfigMap", "lib"), ("ConfigMap", "shown")]


PARTS = """{
 "$schema": "%s", "type": "object", "required": ["x"], "additionalProperties": false,
 "$defs": {"text": {"type": "string"}},
 "properties": {
  "a": {"type": "object", "properties": {"b": {"minLength": 2}, "c": {"type": "integer"}}},
  "d": {"$ref": "%s"}, "e": {"type": "string"}, "global": {}, "x": {},
  "kid": {"properties": {"m": {"maxProperties": 1}}}
 }
}"""


@pytest.mark.parametrize(
    "dialect", ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
)
@pytest.mark.parametrize("reference", ["#/$defs/text", "#/properties/e"])
def test_a_refusal_names_every_part_that_is_not_valid(make_chart: MakeChart, dialect: str, reference: str) -> None:
    files = family("[{name: kid, version: 1.0.0}]")
    chart = make_chart({**files, "values.schema.json": PARTS % (dialect, reference)})
    values = "a: {b: x, c: y}\nd: 1\ne: fine\nz: 1\nkid: {k: no number, m: {b: 1}}\n"
    ours = answer_of(chart, EMBEDDED, values, (), "1.37")
    theirs = answer_of(chart, find_helm("4"), values, (), "1.37")
    assert isinstance(ours, str)
    assert isinstance(theirs, str)
    assert sorted(ours.strip().splitlines()) == sorted(theirs.removeprefix("Error: ").strip().splitlines())
    named = ("'/a/b'", "'/a/c'", "'/d'", "'/k'", "'/kid/m'", "'z'", "'x'")
    assert all(name in ours for name in named), ours
