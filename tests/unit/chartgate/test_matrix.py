"""matrix.yaml: read, or refused with every place and the remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.values.chart import read_chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.matrix import read_matrix
from chartgate.values.matrix_gaps import gaps
from chartgate.values.shape import Shape

MakeChart = Callable[[dict[str, str]], Path]

AXES = "axes: [{name: a, values: {x: {}, w: {a: 1}}}, {name: b, values: {x: {}, w: {b: 1}}}]\n"


def test_every_kind_of_axis_is_read(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(
        "axes:\n"
        "  - {name: helm, helm: ['4', '3.2.4']}\n"
        "  - {name: kube, kubernetes: ['1.37']}\n"
        "  - {name: cluster, apiVersions: {bare: [], full: [a/v1/B]}}\n"
        "  - {name: release, release: {short: r}}\n"
        "  - {name: values, values: {none: , some: {a: 1}}}\n"
        "constraints:\n"
        "  exclude: [{when: {helm: '4', values: [none, some]}, reason: makes no sense}]\n"
        "  refuse: [{when: {values: some}, refusal: a is refused}]\n"
        "strength: [{t: 2}, {t: 1, axes: [helm, kube], only: {helm: '4'}}]\n"
        "unvaried: [{path: a.*, reason: nobody needs it}]\n"
        "generated: {guards: [words of a guard], keep: [{path: b, reason: nobody needs it}]}\n"
    )
    matrix = read_matrix(path)
    assert [axis.kind for axis in matrix.axes] == ["helm", "kubernetes", "apiVersions", "release", "values"]
    assert matrix.axes[0].labels == ("4", "3.2.4")
    assert matrix.axes[4].choices["none"] == {}
    assert [constraint.refusal for constraint in matrix.constraints] == [None, "a is refused"]
    assert matrix.groups[0].axes == ("helm", "kube", "cluster", "release", "values")
    assert matrix.groups[1].only == {"helm": frozenset({"4"})}
    assert (matrix.guards, matrix.keep[0].path, matrix.unvaried[0].path) == (("words of a guard",), "b", "a.*")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("axes: [", "is not YAML"),
        (AXES, '"strength" is a required property'),
        (AXES + "strength: [{t: 2}]\nsize: 1", "'size' was unexpected"),
        ("axes: [{name: a}, {name: b, helm: ['4']}]\nstrength: [{t: 1}]", r"axes\[0\]: needs exactly one of helm"),
        ("axes: [{name: a, helm: ['new']}, {name: b, helm: ['4']}]\nstrength: [{t: 1}]", r"axes\[0\]\.helm\[0\]"),
        (
            "axes: [{name: a, helm: ['3']}, {name: a, helm: ['4']}]\nstrength: [{t: 1}]",
            "the name a stands twice: rename one\n.*2 axes have helm",
        ),
        (AXES + "strength: [{t: 3}]", "t is 3, but there are only 2 axes"),
        (AXES + "strength: [{t: 1, axes: [c]}]", r"strength\[0\]\.axes: no axis is called c: use one of a, b"),
        (
            AXES + "strength: [{t: 1, only: {a: z}}]",
            r"strength\[0\]\.only\.a: the axis has no label z: use one of x, w",
        ),
        (
            AXES + "strength: [{t: 1}]\nconstraints: {refuse: [{when: {a: z}, refusal: refused}]}",
            r"constraints\.refuse\[0\]\.when\.a: the axis has no label z",
        ),
    ],
)
def test_a_bad_matrix_is_refused_with_its_places(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(text)
    with pytest.raises(GateError, match=complaint):
        read_matrix(path)


def test_a_matrix_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="cannot be read"):
        read_matrix(tmp_path / "matrix.yaml")


SCHEMA = """{"type": "object", "properties": {
    "live": {"type": "boolean"},
    "mode": {"enum": ["", "a", "b"]},
    "deep": {"properties": {"live": {"type": "boolean"}, "text": {"type": "string"}}}}}"""


def test_a_chart_without_matrix_has_axes_of_its_schema_and_ci_values(make_chart: MakeChart) -> None:
    chart = make_chart(
        {
            "values.schema.json": SCHEMA,
            "values.yaml": "live: true\nmode: a\n",
            "ci/full-values.yaml": "deep: {live: true}\n",
        }
    )
    axes = {axis.name: axis.choices for axis in find_matrix(read_chart(chart)).axes}
    assert list(axes) == ["helm", "kubernetes", "ci", "live", "mode", "deep.live"]
    assert axes["live"] == {"default": {}, "false": {"live": False}}
    assert axes["mode"] == {"default": {}, "empty": {"mode": ""}, "b": {"mode": "b"}}
    assert axes["ci"] == {"defaults": {}, "ci/full": {"deep": {"live": True}}}


def test_a_chart_without_schema_has_axes_of_its_switches(make_chart: MakeChart) -> None:
    chart = make_chart({"values.yaml": "deep: {live: false}\nnumber: 1\n"})
    axes = {axis.name: axis.choices for axis in find_matrix(read_chart(chart)).axes}
    assert axes["deep.live"] == {"default": {}, "true": {"deep": {"live": True}}}
    assert "number" not in axes


def test_a_chart_without_values_still_has_its_versions(make_chart: MakeChart) -> None:
    assert [axis.name for axis in find_matrix(read_chart(make_chart({}))).axes] == ["helm", "kubernetes"]


def test_what_a_matrix_leaves_out_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(
        "axes: [{name: a, values: {x: {}, w: {live: true, list: [{mode: b}]}}}, {name: b, helm: ['4']}]\n"
        "strength: [{t: 1}]\n"
        "unvaried: [{path: 'list[].mode', reason: nobody needs it}, {path: none, reason: nobody needs it}]\n"
    )
    properties = {
        "live": {"type": "boolean"},
        "dead": {"type": "boolean"},
        "list": {"type": "array", "items": {"properties": {"mode": {"enum": ["a", "b"]}}}},
    }
    shape = Shape({"properties": properties}, {"live": False, "dead": False})
    assert gaps(read_matrix(path), shape) == [
        "dead=true: no axis has it: add it to an axis, or to unvaried with the reason",
        "unvaried: none: explains nothing: remove it",
    ]


def test_the_choices_of_a_schema_that_refers_to_itself_are_found_once_around(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(AXES + "strength: [{t: 1}]\n")
    node = {"properties": {"live": {"type": "boolean"}, "left": {"$ref": "#"}, "right": {"items": {"$ref": "#"}}}}
    missing = {gap.partition("=")[0] for gap in gaps(read_matrix(path), Shape(node, {"live": True}))}
    assert missing == {"live"}


def test_the_matrix_of_this_chart_leaves_no_switch_out(chart: Path) -> None:
    shape = read_chart(chart).shape
    assert shape is not None
    assert not gaps(find_matrix(read_chart(chart)), shape)


def test_a_helm_that_cannot_be_told_the_kubernetes_is_combined_with_the_oldest_alone(make_chart: MakeChart) -> None:
    chart = make_chart({"chartgate.yaml": "helm: ['3.2.4', '3.6.2', '4']\nkubernetes: ['1.30', '1.20', '1.9']\n"})
    (constraint,) = find_matrix(read_chart(chart)).constraints
    assert dict(constraint.when) == {"helm": {"3.2.4"}, "kubernetes": {"1.20", "1.30"}}
    assert "cannot be told" in constraint.reason
    one = make_chart({"chartgate.yaml": "helm: ['3.6.2', '4']\nkubernetes: ['1.30', '1.20']\n"})
    assert not find_matrix(read_chart(one)).constraints


def test_defaults_that_need_a_value_of_the_user_are_combined_with_nothing(make_chart: MakeChart) -> None:
    schema = '{"$schema": "http://json-schema.org/draft-07/schema#", "required": ["a"]}'
    chart = make_chart({"values.schema.json": schema, "ci/x-values.yaml": "a: 1\n"})
    assert {axis.name: axis.labels for axis in find_matrix(read_chart(chart)).axes}["ci"] == ("ci/x",)


@pytest.mark.parametrize(("helm", "excluded"), [(("3.2.4", "4"), {"1.25", "1.37"}), (("3.2.4",), {"1.37"})])
def test_an_old_helm_is_not_combined_with_a_kubernetes_that_came_long_after_it(
    make_chart: MakeChart, helm: tuple[str, ...], excluded: set[str]
) -> None:
    (constraint,) = find_matrix(read_chart(make_chart({})), helm, ("1.25", "1.37")).constraints
    assert dict(constraint.when) == {"helm": {"3.2.4"}, "kubernetes": excluded}
