"""Which renders and tests come first for a mutant, and what makes renders comparable."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.fixed_texts import with_fixed_texts
from chartgate.releases.jobs import Job
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.kills import Kills
from chartgate.releases.mutants.mutant import DEFAULT, FILTER, LINE, OPERAND, Mutant, with_mutants
from chartgate.releases.mutants.renders import Renders
from chartgate.releases.mutants.search import Search, culprits
from chartgate.releases.probes.chart import with_probes
from chartgate.releases.probes.trial import Printed, printed
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case
from tests.unit.chartgate.command_line import MakeChart

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
TEMPLATE = "templates/a.yaml"


def jobs(*values: str) -> list[Job]:
    """A render of each of these values."""
    return [Job(Case(f"case-{number}", values=(text,)), EMBEDDED, "1.37") for number, text in enumerate(values)]


@pytest.mark.parametrize("number", [0, 17, 39])
def test_the_render_that_takes_another_way_at_the_change_comes_first(make_chart: MakeChart, number: int) -> None:
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + "  a: {{ or .Values.a .Values.b | quote }}\n"}))
    values = ["a: 1"] * 40
    values[number] = "b: 1"
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(*values), (), "")
    (mutant,) = (one for one in mutants_of(files, [TEMPLATE]) if one.now == "or .Values.a")
    assert number in renders.near(mutant)[:2]
    changed = mutant.applied(files)
    assert [index for index in range(40) if renders.prints.effect(changed, index) == "objects"] == [number]


@pytest.mark.parametrize("number", range(4))
def test_a_mutant_for_one_version_of_kubernetes_is_shown_whatever_shares_its_chart(
    make_chart: MakeChart, number: int
) -> None:
    is_new = 'semverCompare ">=1.35-0" .Capabilities.KubeVersion.Version'
    new = f'{{{{ if {is_new} }}}}{{{{ eq .Values.a "{number}" }}}}{{{{ end }}}}'
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + f"  a: 'x{new}'\n  b: {{{{ .Values.b | default 1 }}}}\n"}))
    versions = [
        replace(job, kube_version=version)
        for job in jobs("a: '0'", "a: '1'", "a: '2'", "a: '3'")
        for version in ("1.30", "1.37")
    ]
    renders = Renders(with_probes(files, [TEMPLATE]), versions, (), "")
    mutants = mutants_of(files, [TEMPLATE])
    inside = next(one for one in mutants if one.now == f'eq .Values.a "{number}-x"')
    outside = next(one for one in mutants if one.now == ".Values.b")
    found = Search(renders, files).found({one: renders.reaching(one) for one in (outside, inside)})
    assert found[inside] == 2 * number + 1
    assert len(renders.of_each_case([renders.reaching(outside)])) == 4


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("randAlphaNum 12", 12),
        ("randAlpha (int .Values.length)", 7),
        ("(randNumeric 5)", 5),
        ("randAscii 9 | quote", 11),
        ("randAlphaNum 6 | b64enc", 8),
        ("uuidv4", 36),
    ],
)
def test_a_random_text_becomes_a_fixed_one_of_the_same_length(make_chart: MakeChart, text: str, length: int) -> None:
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + f"  a: {{{{ {text} }}}}\n", "values.yaml": "length: 7\n"}))
    assert said(files.folder, fixed=True) == said(files.folder, fixed=True)
    assert said(files.folder, fixed=False) != said(files.folder, fixed=False)
    assert len(said(files.folder, fixed=True)) == len(CONFIG + "  a: \n") + length


@pytest.mark.parametrize("length", [".Values.length", "(int64 .Values.length)", "`7`"])
def test_a_length_that_helm_refuses_stays_refused(make_chart: MakeChart, length: str) -> None:
    text = f"  a: {{{{ randAlphaNum {length} }}}}\n"
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + text, "values.yaml": "length: 7\n"}))
    (job,) = jobs("")
    refusal = printed(files, job).said[1]
    assert "expected int" in refusal
    assert printed(with_fixed_texts(files), job).said[1] == refusal


@pytest.mark.parametrize(
    ("text", "value", "is_alike"),
    [
        (".Values.a", "x", True),
        ("randAlphaNum 8", "x", True),
        ('keys .Values | sortAlpha | join "-"', "x", True),
        ('keys .Values.many | join "-"', "x", False),
        ('genPrivateKey "ed25519" | b64enc', "x", False),
        ("now", "x", False),
        ("tpl .Values.a .", "{{ now }}", False),
        ("tpl .Values.a .", '{{ printf "}" }}{{ now }}', False),
        ("tpl .Values.a .", "{{ .Release.Name }}", True),
    ],
)
def test_a_chart_is_rendered_again_only_if_it_may_print_something_else(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, text: str, value: str, *, is_alike: bool
) -> None:
    monkeypatch.setattr("chartgate.releases.mutants.prints.REPEATED", 2)
    many = ", ".join(f"k{one}: 1" for one in range(40))
    template = f"{CONFIG}  a: {{{{ {text} | quote }}}}\n  b: {{{{ .Values.b | quote }}}}\n"
    files = read_chart_files(make_chart({TEMPLATE: template, "values.yaml": f"many: {{{many}}}\na: x\nb: 1\n"}))
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(*[f"a: {value!r}"] * 4), (), "")
    mutants = [one for one in mutants_of(files, [TEMPLATE]) if one.kind == FILTER]
    rendered: list[ChartFiles] = []

    def counting(chart: ChartFiles, *about: Any, **options: Any) -> Printed:
        rendered.append(chart)
        return printed(chart, *about, **options)

    monkeypatch.setattr("chartgate.releases.mutants.prints.printed", counting)
    assert renders.prints.effect(mutants[-1].applied(files), 1) == "objects"
    assert len(rendered) == (1 if is_alike else 2)


@pytest.mark.parametrize("text", ["12 | randAlphaNum", "randBytes 12", "now", ".Values.length"])
def test_what_cannot_be_fixed_stays_as_it_is(make_chart: MakeChart, text: str) -> None:
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + f"  a: {{{{ {text} }}}}\n"}))
    assert with_fixed_texts(files) is files


def test_mutants_share_the_renders_that_take_the_same_way(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.releases.mutants.renders.MANY", 4)
    text = "{{ if .Values.a }}\n  a: {{ .Values.a | quote }}\n  b: {{ .Values.a | quote }}\n{{ end }}\n"
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + "  c: c\n" + text}))
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(*["a: 1"] * 20, *["c: 1"] * 20), (), "")
    one, other = (mutant for mutant in mutants_of(files, [TEMPLATE]) if mutant.now == ".Values.a")
    found = renders.different([one, other])
    assert found[one] == found[other]
    assert len(found[one]) == 4
    assert found[one] < {*range(20)}


def test_a_change_of_another_file_is_searched_where_values_share_words_with_it(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.releases.mutants.renders.EVERYWHERE", 2)
    monkeypatch.setattr("chartgate.releases.mutants.renders.MANY", 1)
    files = read_chart_files(make_chart({TEMPLATE: CONFIG, "values.yaml": "replicas: 1\n"}))
    values = ["other: 1"] * 40
    values[17] = "replicas: 3"
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(*values), (), "")
    (mutant,) = (one for one in mutants_of(files, [TEMPLATE]) if one.value == ("replicas",))
    assert renders.different([mutant])[mutant] == {0, 17, 20}


def test_a_change_is_about_the_definition_around_it(make_chart: MakeChart) -> None:
    partial = '{{ define "trustProxy" }}\n{{ or .Values.a .Values.b }}\n{{ end }}\n'
    files = read_chart_files(make_chart({"templates/_a.tpl": partial}))
    (mutant,) = (one for one in mutants_of(files, ["templates/_a.tpl"]) if one.now == "or .Values.a")
    assert {"trustProxy", ".Values.b"} <= {*mutant.about(files).replace('"', " ").split()}


def test_another_order_of_named_items_is_another_object(make_chart: MakeChart) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, env: [%s]}]}\n"
    env = '{{ range list "c" "a" "b" | sortAlpha }}{name: {{ . }}},{{ end }}'
    files = read_chart_files(make_chart({TEMPLATE: text % env}))
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(""), (), "")
    (mutant,) = (one for one in mutants_of(files, [TEMPLATE]) if one.now == 'list "c" "a" "b"')
    assert renders.prints.effect(mutant.applied(files), 0) == "objects"


def test_what_one_case_of_a_test_notices_counts_for_the_others(make_chart: MakeChart) -> None:
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + "  a: {{ .Values.length | quote }}\n"}))
    mutant, *_ = mutants_of(files, [TEMPLATE])
    kills = Kills()
    kills.tried(mutant, ["test_a[1]", "test_a[2]", "test_b"])
    kills.add(mutant, "test_a[1]")
    kills.add(mutant, "test_a[2]")
    assert kills.is_reliable("test_a[3]", first=True)
    assert not kills.is_reliable("test_a[3]", first=False)
    # A test that compares a file is about that file, and each case about another one.
    assert not kills.has_noticed_in_file_of(mutant, "test_a[3]")


def test_a_test_that_noticed_others_is_likelier_than_one_that_is_tried_in_vain(make_chart: MakeChart) -> None:
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + "  a: {{ .Values.length | quote }}\n"}))
    mutant, *_ = mutants_of(files, [TEMPLATE])
    kills = Kills()
    for _ in range(10):
        kills.tried(mutant, ["test_a[1]", "test_b"])
        kills.add(mutant, "test_a[1]")
    elsewhere = replace(mutant, file="templates/b.yaml")
    assert kills.likelihood(mutant, "test_a[2]", 0.1) > kills.likelihood(elsewhere, "test_a[2]", 0.1) > 0.5
    assert kills.likelihood(mutant, "test_b", 0.1) < 0.01 < kills.likelihood(mutant, "test_c", 0.1)
    assert kills.is_reliable("test_a", first=False)
    kills.doubt("test_a[3]")
    assert not kills.is_reliable("test_a", first=True)


def said(folder: Path, *, fixed: bool) -> str:
    """What the template prints."""
    files = read_chart_files(folder)
    (job,) = jobs("")
    (text,) = printed(with_fixed_texts(files) if fixed else files, job).said[0].values()
    return f"{text.strip()}\n"


def test_a_mutant_is_not_taken_for_two_that_show_something_only_together(make_chart: MakeChart) -> None:
    config = (
        "  a: {{ or .Values.a .Values.b | quote }}\n  b: {{ .Values.host | quote }}\n  c: {{ .Values.c | quote }}\n"
    )
    files = read_chart_files(make_chart({TEMPLATE: CONFIG + config}))
    values = ["{a: true, b: true, host: x, c: x}"] * 5 + ["{a: true, b: true, host: '1', c: x}"]
    renders = Renders(with_probes(files, [TEMPLATE]), jobs(*values), (), "")
    by_text = {one.now: one for one in mutants_of(files, [TEMPLATE]) if one.kind in {OPERAND, FILTER}}
    together = [by_text[text] for text in ("or .Values.b", ".Values.c", "or .Values.a", ".Values.host")]
    wanted = {mutant: renders.reaching(mutant) for mutant in together}
    # The one that is taken out does not keep the other one from being found alone.
    assert Search(renders, files).found(wanted) == {by_text["or .Values.a"]: None, by_text[".Values.host"]: 5}


def lines_of(number: int) -> tuple[Mutant, ...]:
    """Mutants of a template with so many lines."""
    chart = ChartFiles(Path("tiny"), {TEMPLATE: "".join(f"key{one}: value\n\n" for one in range(number)).encode()})
    return tuple(one for one in mutants_of(chart, [TEMPLATE]) if one.kind == LINE)


@pytest.mark.parametrize("needed", [{0}, {9}, {4, 7}, {0, 9}, {1, 2, 3}])
def test_the_mutant_that_is_searched_has_a_part_in_the_difference(needed: set[int]) -> None:
    mutants = lines_of(10)
    found = culprits(mutants, lambda some: needed <= {mutants.index(one) for one in some})
    assert [(mutants.index(one), alone) for one, alone in found] == [(max(needed), len(needed) == 1)]


def test_a_search_begins_with_the_mutants_that_the_difference_points_at() -> None:
    mutants = lines_of(64)
    asked = []

    def shows(some: tuple[Mutant, ...]) -> bool:
        asked.append(len(some))
        return mutants[5] in some

    found = culprits(mutants, shows, lambda some: [mutants.index(one) % 4 for one in some])
    assert [*found] == [(mutants[5], True)]
    assert asked[:3] == [64, 16, 32]
    assert all(16 < number < 32 for number in asked[3:-2])


def test_mutants_before_one_that_was_found_are_not_searched_again() -> None:
    mutants = lines_of(64)
    asked = []

    def shows(some: tuple[Mutant, ...]) -> bool:
        asked.append(len(some))
        return any(mutants[number] in some for number in (40, 41, 43))

    found = culprits(mutants, shows)
    assert next(found) == (mutants[40], True)
    asked.clear()
    assert [*found] == [(mutants[41], True), (mutants[43], True)]
    # All, its neighbour, and it alone; all, its neighbours until it is known which one, and it alone; all.
    assert asked == [63, 41, 1, 62, 41, 44, 42, 1, 61]


def test_a_difference_points_at_the_template_that_makes_it_then_at_definitions(make_chart: MakeChart) -> None:
    contents = {
        TEMPLATE: CONFIG + '  a: {{ include "b" . }}\n  b: {{ if .Values.no }}{{ .Values.a | quote }}{{ end }}\n'
        "  c: {{ .Values.a | quote }}\n",
        "templates/_b.tpl": '{{ define "b" }}{{ .Values.b | quote }}{{ end }}',
        "templates/c.yaml": CONFIG.replace("name: a", "name: c") + "  c: {{ .Values.c | quote }}\n",
        "values.yaml": "a: 1\nb: 1\nc: c\n",
    }
    files = read_chart_files(make_chart(contents))
    names = [name for name in contents if name.startswith("templates/")]
    renders = Renders(with_probes(files, names), jobs("{}"), (), "")
    mutants = [one for one in mutants_of(files, names) if one.kind in {FILTER, DEFAULT}]
    (default,) = (one for one in mutants if one.old == "b: 1")
    (quotes,) = (one for one in mutants if one.file == "templates/c.yaml")
    assert renders.prints.effect(quotes.applied(files), 0) == "text"
    changed = with_mutants([default, quotes], files)
    assert renders.prints.effect(changed, 0) == "objects"
    assert dict(zip([one.place for one in mutants], renders.ranks(mutants, changed, 0), strict=True)) == {
        "templates/a.yaml:7": 0,
        "templates/_b.tpl:1": 1,
        "values.yaml:1": 2,
        "values.yaml:2": 2,
        "values.yaml:3": 2,
        "templates/a.yaml:6": 3,
        "templates/c.yaml:5": 3,
    }
