"""Helm's library and Helm programs make the same of the same chart and values, refusals and warnings included."""

from collections.abc import Sequence

import pytest

from chartgate.releases.release import Release
from chartgate.releases.render import Values, render
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.helm import find_helm
from tests.unit.chartgate.embedded_answers import (
    CHART,
    CHILD_FILES,
    CONFIG_MAP,
    DEFAULTS,
    EVERYWHERE,
    SHOW,
    MakeChart,
    family,
    objects_of,
    refused,
    rendered,
    same_answer,
)

CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {}\n"


@pytest.mark.parametrize(
    "values",
    [
        "a: {b: null}\ns: null\n",
        "a: {c: {d: null}}\n",
        "a: null\n",
        "z: null\na: {n: null}\n",
        ["a: null\n", "a: {b: 3}\n"],
        ["a: {b: 3, k: 1}\n", "a: {k: null}\n"],
        "s: {x: 1}\n",
        "a: 5\n",
        "a: [1]\n",
        "n: 12345678901234567890\nm: 9007199254740993\nk: 1000000\nf: 1.0\ng: 1e3\nh: 0x1F\no: 0o17\np: 0777\n",
        "t: 1_000\n",
        "b: no\nc: on\nd: 2020-01-01\ne: 12:30:45\nf: ~\ng: 'no'\n1: x\ntrue: y\n",
        "q: &x {a: 1}\nw: *x\ne: {<<: *x, b: 2}\n",
        "# nothing\n",
        "---\nq: |\n  a\n  ---\n  b\n",
        "a: 1\na: 2\n",
    ],
)
def test_values_of_files_arrive_alike(make_chart: MakeChart, values: Values) -> None:
    rendered(make_chart({"values.yaml": DEFAULTS, "templates/show.yaml": SHOW}), values, helms=EVERYWHERE)


def test_documents_of_a_values_file_are_merged(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/show.yaml": SHOW})
    # Helm 3 reads the first one only.
    release = rendered(chart, "q: 1\nm: {a: 1}\n---\nq: 2\nm: {b: 1}\n", helms=("4.1.4", "4.3.1"))
    assert release.only("ConfigMap").at("data.values") == '{"m":{"a":1,"b":1},"q":2}'


@pytest.mark.parametrize(
    "sets",
    [
        ["--set", "n=1000000,m=1e3,t=true,z=null,q=0777,big=12345678901234567890,f=1.5,e="],
        ["--set", "x={a,b,1}", "--set", "y[0].a=1,y[1].b=2"],
        ["--set", "l[0]=9"],
        ["--set", "l={9,8}"],
        ["--set", "a.b=null"],
        ["--set", "a=null"],
        ["--set", "hole[2]=1"],
        ["--set", "a.x\\.y=1,a.k\\,m=2"],
        ["--set-string", "n=1,t=true,z=null"],
        ["--set-json", 'a={"z":[1,2,{"k":null}]}', "--set-json", "n=1000000,m=1.5"],
        ["--set-literal", "a.z=x,y={b}\\n"],
        ["--set", "s=set", "--set-string", "s=7", "--set-json", 's="j"'],
    ],
)
def test_arguments_arrive_alike(make_chart: MakeChart, sets: Sequence[str]) -> None:
    rendered(make_chart({"values.yaml": DEFAULTS, "templates/show.yaml": SHOW}), "s: file\n", sets, helms=EVERYWHERE)


def test_a_list_of_the_values_changed_in_place_is_left_to_a_program(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/show.yaml": SHOW})
    release, by_program = (
        render(read_chart_files(chart), helm=helm, values="l: [1, 2]\n", sets=["--set", "l[0]=9"])
        for helm in (EMBEDDED, find_helm("4"))
    )
    assert (release.helm_version, release.objects) == (by_program.helm_version, by_program.objects)


@pytest.mark.parametrize(
    ("files", "values", "named"),
    [
        (family("[{name: kid, version: 1.0.0, repository: ''}]"), "kid: {k: x}", "/k"),
        (family("[{name: kid, version: 1.0.0, repository: '', alias: one}]"), "one: {k: x}", "/k"),
        (
            {"Chart.yaml": CHART, **{f"charts/elsewhere/{name}": text for name, text in CHILD_FILES.items()}},
            "kid: {k: x}",
            "/k",
        ),
        (family("[{name: kid, version: 1.0.0, repository: ''}]"), "kid: 3", "type mismatch on kid"),
        (
            {"Chart.yaml": f"{CHART}dependencies: [{{name: gone, version: 1.0.0, repository: ''}}]\n"},
            "",
            "missing in charts/ directory: gone",
        ),
        ({"Chart.yaml": f"{CHART}type: library\n"}, "", "library charts are not installable"),
        ({"Chart.yaml": CHART, "values.schema.json": "{ no"}, "", "invalid character"),
        ({"Chart.yaml": CHART, "values.yaml": "a: ["}, "", "cannot load values.yaml"),
        ({"Chart.yaml": "name: tiny\n"}, "", "chart.metadata.version is required"),
        ({"templates/a.yaml": "{{ .Values.a.b.c }}"}, "", "nil pointer"),
        ({"templates/a.yaml": "{{ bad }}"}, "", 'function "bad" not defined'),
        ({"templates/a.yaml": '{{ required "need a" .Values.a }}'}, "", "need a"),
        ({"templates/NOTES.txt": '{{ fail "not so" }}'}, "", "not so"),
        ({"templates/a.yaml": "just: text: here\n"}, "", "templates/a.yaml"),
        ({"templates/a.yaml": f"{CONFIG_MAP % 'a'}data: {{a: .inf}}\n"}, "", "templates/a.yaml"),
        ({"templates/a.yaml": SHOW}, "[1]", "cannot unmarshal array"),
        ({"templates/a.yaml": SHOW}, "a: [", "did not find expected node content"),
    ],
)
def test_both_refuse_and_name_the_place(make_chart: MakeChart, files: dict[str, str], values: str, named: str) -> None:
    assert named in refused(make_chart(files), values)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ('{"pattern": "^(?!x)"}', "y"),
        ('{"pattern": "^\\\\s$"}', '"\\u00a0"'),
        ('{"pattern": "^\\\\w$"}', "é"),
        ('{"pattern": "^a$"}', '"a\\n"'),
        ('{"patternProperties": {"(?=x)": {}}}', "{a: 1}"),
        ('{"format": "duration"}', "x"),
        ('{"format": "ipv4"}', "x"),
        ('{"maximum": 9007199254740993}', "9007199254740995"),
        ('{"type": "integer"}', "1.5"),
        ('{"$ref": "#/nowhere"}', "1"),
    ],
)
def test_a_schema_refuses_alike_in_every_dialect(make_chart: MakeChart, rule: str, value: str) -> None:
    schema = f'{{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {{"b": {rule}}}}}'
    refused(make_chart({"values.schema.json": schema, "templates/show.yaml": SHOW}), f"b: {value}\n")


@pytest.mark.parametrize(
    ("supported", "kube", "fits"),
    [
        (">=1.20.0", "1.37", True),
        (">=1.20.0", "1.19", False),
        (">=1.20.0-0", "1.37", True),
        ("1.19 - 1.25", "1.25", True),
        ("<1.30 || >=1.35", "1.31", False),
        ("~1.25", "1.25", True),
        ("nonsense", "1.25", False),
    ],
)
def test_a_chart_is_for_the_same_kubernetes(make_chart: MakeChart, supported: str, kube: str, *, fits: bool) -> None:
    chart = make_chart({"Chart.yaml": f'{CHART}kubeVersion: "{supported}"\n', "templates/show.yaml": SHOW})
    answer = same_answer(chart, kube=kube, helms=EVERYWHERE)
    assert isinstance(answer, Release) if fits else f"requires kubeVersion: {supported}" in str(answer)


A, B = CONFIG_MAP % "a", CONFIG_MAP % "b"


@pytest.mark.parametrize(
    "text",
    [
        f"{A}---\n{B}",
        f"---\n{A}---\n---\n{B}---\n",
        f"# c\n---\n# d\n{A}---\n# only\n",
        f"---{A}---{B}",
        f"{A}--- \n{B}",
        f"{A}--- # x\n{B}",
        f"{A}...\n---\n{B}",
        f"{A}data:\n  x: |\n    ---\n    y\n  z: |+\n    q\n\n",
        f"{A}data:\n  x: |\n    y",
        f"{A}   \n---   \n\n",
        f"{A}---\n{B}".replace("\n", "\r\n"),
        f"{A}data:\n  x: |\n    a\n    b\n".replace("\n", "\r\n"),
        f"\ufeff{A}",
        f"{A}data: {{x: 'é☃\u2028'}}\n",
        f"{A}data: {{a: 2020-01-01, b: 12:30:45, c: 0o17, d: 0777, e: 1e3, f: yes, g: ~, i: 0x1F, j: 1_000, l: 1.0}}\n",
        f"{A}x: &y {{a: 1}}\nz: *y\n",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l}}\n",
        A.replace("a}", "a, annotations: {helm.sh/hook: 'test, pre-install'}}"),
        A.replace("a}", "a, annotations: {helm.sh/hook: 'test, banana'}}"),
        A.replace("a}", "a, annotations: {helm.sh/hook: ''}}"),
        A.replace("a}", "a, annotations: {helm.sh/resource-policy: keep}}"),
    ],
)
def test_the_text_of_a_template_is_parted_alike(make_chart: MakeChart, text: str) -> None:
    rendered(make_chart({"templates/a.yaml": text}), helms=EVERYWHERE)


FILES = {
    "files/a.txt": "hello\n",
    "files/secret.txt": "s",
    ".helmignore": "files/secret*\ntemplates/skip.yaml\n",
    "templates/skip.yaml": "bad: [",
    "templates/sub/_partial.yaml": "bad: [",
    "templates/sub/NOTES.txt": "bad: [",
    "templates/.hidden.yaml": CONFIG_MAP % "hidden",
    "templates/x.txt": CONFIG_MAP % "text",
    "templates/y.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}}',
    "values.yaml": "t: '{{ .Release.Name }}-{{ .Values.u }}'\nu: x\nn: 1000000\nm: {x: 1e6, z: 123456789012}\n",
    "templates/a.yaml": (CONFIG_MAP % "a")
    + """data:
{{ (.Files.Glob "files/*").AsConfig | indent 2 }}
  one: {{ .Files.Get "files/a.txt" | quote }}
  lines: {{ .Files.Lines "files/a.txt" | toJson | quote }}
  none: {{ .Files.Get "nope" | quote }}
  values: {{ .Files.Get "values.yaml" | quote }}
  chart: {{ .Files.Get "Chart.yaml" | quote }}
  tpl: {{ tpl .Values.t . | quote }}
  lookup: {{ lookup "v1" "Secret" "a" "b" | toJson | quote }}
  items: {{ (lookup "v1" "Secret" "a" "").items | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  has: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  release: {{ toJson .Release | quote }}
  template: {{ toJson .Template | quote }}
  n: {{ .Values.n | quote }}
  whole: {{ .Values.n | int64 | quote }}
  m: {{ toYaml .Values.m | quote }}
""",
}


def test_built_in_objects_and_functions_are_alike(make_chart: MakeChart) -> None:
    release = rendered(make_chart(FILES), helms=EVERYWHERE)
    assert {obj.name for obj in release} == {"a", "json", "text"}
    data = release.get("ConfigMap", "a").manifest["data"]
    assert (data["one"], data["tpl"], data["kube"], data["lookup"]) == ("hello\n", "r-x", "v1.37.0", "{}")


def test_a_warning_is_told_once_and_in_the_same_words(make_chart: MakeChart) -> None:
    chart = make_chart({"values.yaml": DEFAULTS, "templates/show.yaml": SHOW})
    release = rendered(chart, "s: {x: 1}\n", helms=EVERYWHERE)
    assert release.warnings == ("warning: skipped value for tiny.s: Not a table.",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/show.yaml", SHOW.replace("shown", "other")),
        ("values.yaml", "a: 5\n"),
        ("values.schema.json", '{"required": ["missing"]}'),
        ("Chart.yaml", f"{CHART}kubeVersion: '>=99'\n"),
        ("crds/a.yaml", CRD.replace("spec: {}", "spec: {group: b}")),
        ("charts/kid/values.yaml", "k: 9\n"),
        ("charts/kid/values.schema.json", '{"properties": {"k": {"type": "string"}}}'),
        ("charts/kid/templates/kid.yaml", CONFIG_MAP % "kid"),
        ("files/a.txt", "other"),
    ],
)
def test_a_file_that_changes_between_renders_changes_that_chart_alone(
    make_chart: MakeChart, name: str, text: str
) -> None:
    files = family("[{name: kid, version: 1.0.0, repository: ''}]", values="a: 1\n") | {
        "values.schema.json": '{"type": "object"}',
        "crds/a.yaml": CRD,
        "files/a.txt": "text",
        "templates/file.yaml": CONFIG_MAP % '{{ .Files.Get "files/a.txt" }}',
    }
    chart = make_chart(files)
    before = objects_of(same_answer(chart))
    (chart / name).write_text(text, encoding="utf-8")
    assert objects_of(same_answer(chart)) != before
    (chart / name).write_text(files[name], encoding="utf-8")
    assert objects_of(same_answer(chart)) == before


@pytest.mark.parametrize(
    ("name", "wrong"), [("Chart.yaml", "name: tiny\n"), ("values.yaml", "a: ["), ("values.schema.json", "{ no")]
)
def test_a_chart_that_is_corrected_between_renders_is_rendered(make_chart: MakeChart, name: str, wrong: str) -> None:
    files = {"Chart.yaml": CHART, "values.yaml": "a: 1\n", "values.schema.json": "{}", "templates/show.yaml": SHOW}
    chart = make_chart({**files, name: wrong})
    refused(chart)
    (chart / name).write_text(files[name], encoding="utf-8")
    assert rendered(chart).only("ConfigMap").at("data.values") == '{"a":1}'
