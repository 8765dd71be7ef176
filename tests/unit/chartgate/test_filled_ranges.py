"""Coverage lists the arm of an empty range only where the range can be empty."""

import pytest

from chartgate.releases.probes.chart import with_probes
from chartgate.tools.chart_files import read_chart_files
from tests.unit.chartgate.coverage_charts import CONFIG, MakeChart, reached


@pytest.mark.parametrize(
    ("before", "ranged"),
    [
        ("", "list `a` `b`"),
        ("", "dict `a` .Values.a | values"),
        ("", ".Values.a | default (list `a`)"),
        ("", "ternary (list `a`) (list .Values.a) (kindIs `map` .Values.a)"),
        ("", "concat .Values.b (list `a`) | uniq"),
        ("{{ $names := list `a` }}{{ if .Values.a }}{{ $names = append $names `b` }}{{ end }}", "$names"),
        ("{{ $names := dict `a` 1 }}{{ $_ := set $names `b` 2 }}", "keys $names | sortAlpha"),
        ("{{ $names := list `b` }}{{ $names = concat $names .Values.b }}{{ $names = reverse $names }}", "$names"),
        ("{{ $names := .Values.b }}{{ $names = append $names `a` }}", "append $names `b`"),
        ("", "merge (dict `a` 1) (dict `b` .Values.b) | keys | sortAlpha"),
    ],
)
def test_a_range_over_what_is_never_empty_has_one_arm(make_chart: MakeChart, before: str, ranged: str) -> None:
    text = f"{CONFIG}{before}{{{{- range {ranged} }}}}\n  {{{{ quote . }}}}: x\n{{{{- end }}}}\n"
    found = reached(make_chart({"templates/config.yaml": text}), "templates/config.yaml", "b: [c]")
    assert [name for name in found if "{{- range" in name] == [f"{{{{- range {ranged} }}}}: has an entry"]


@pytest.mark.parametrize(
    ("before", "ranged"),
    [
        ("", "list"),
        ("", ".Values.b"),
        ("", ".Values.b | default list"),
        ("", "ternary (list `a`) .Values.b (kindIs `map` .Values.a)"),
        ("{{ $names := list `a` }}{{ if .Values.a }}{{ $names = list }}{{ end }}", "$names"),
        ("{{ $names := dict `a` 1 }}{{ $_ := unset $names `a` }}", "$names"),
        ("{{ $names := dict `a` 1 }}{{ $same := $names }}{{ $_ := unset $same `a` }}", "$names"),
        ("{{ $names := dict `a` 1 }}{{ with $names }}{{ $_ := unset . `a` }}{{ end }}", "$names"),
        ("{{ $names := list `a` }}{{ if ($names = list) | len }}{{ end }}", "$names"),
        ("", "merge dict (dict `a` .Values.absent)"),
        ("{{ $names := list `a` }}{{ range $names := .Values.b }}{{ end }}", "$names"),
        ("{{ $names := list `a` }}", "without $names `a`"),
        ("{{ $names := .Values.b }}{{ $names = append $names `a` }}", "$names"),
    ],
)
def test_a_range_over_what_may_be_empty_has_both(make_chart: MakeChart, before: str, ranged: str) -> None:
    text = f"{CONFIG}{before}{{{{- range {ranged} }}}}\n  {{{{ quote . }}}}: x\n{{{{- end }}}}\n"
    found = reached(make_chart({"templates/config.yaml": text}), "templates/config.yaml", "b: []")
    assert f"{{{{- range {ranged} }}}}: has none" in found


@pytest.mark.parametrize(
    ("outer", "ranged", "arms"),
    [
        ("if .Values.b", ".Values.b", 1),
        ("if and .Values.b (and .Values.c 1)", ".Values.c", 1),
        ("with .Values.b", ".", 1),
        ("with .Values.b", "$.Values.b", 2),
        ("with .Values.b }}{{ $_ := unset . `a`", ".", 2),
        ("with .Values.b }}{{ $_ := set . `a` 1", ".", 1),
        ("with $list", "$list", 1),
        ("with $.Values.b", "$.Values.b", 1),
        ("if or .Values.b .Values.c", ".Values.b", 2),
        ("if not .Values.b", ".Values.b", 2),
        ("if .Values.b | len", ".Values.b", 2),
        ("if $list }}{{ $list = list", "$list", 2),
        ("if $list }}{{ $_ := set $dict `a` 1", "$list", 1),
        ("if $dict }}{{ $_ := unset $dict `b`", "$dict", 2),
        ("if $dict.b }}{{ $_ := set $dict `b` list", "$dict.b", 2),
        ("if .Values.b }}{{ $_ := set .Values `b` list", ".Values.b", 2),
        ("if .Values.b }}{{ $_ := mergeOverwrite .Values (dict `b` list)", ".Values.b", 2),
        ("if .Values.b }}{{ with .Values", ".b", 2),
        ("if .Values.b }}{{ with 1", ".Values.b", 2),
        ("if .Values.b }}{{ range .Values.b", "$.Values.b", 2),
    ],
)
def test_a_range_over_what_an_if_has_tested_has_one_arm(
    make_chart: MakeChart, outer: str, ranged: str, arms: int
) -> None:
    ends = "{{ end }}" * (1 + outer.count("{{ with") + outer.count("{{ range"))
    given = "{{ $list := .Values.b }}{{ $dict := .Values }}"
    text = f"{CONFIG}  x: y\n{given}{{{{ {outer} }}}}{{{{ range {ranged} }}}}{{{{ end }}}}{ends}\n"
    files = make_chart({"templates/config.yaml": text})
    probed = with_probes(read_chart_files(files), ["templates/config.yaml"])
    assert len([point for point in probed.points if point.text == f"{{{{ range {ranged} }}}}"]) == arms
