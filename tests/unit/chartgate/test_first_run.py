"""The first run on a chart as it is found: packed, a library, without its subcharts, with what cannot be read."""

import os
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.releases import store
from chartgate.values.packed_chart import KIND, unpacked
from tests.unit.chartgate.command_line import CHART, VERSIONS, MakeChart, found_rules, json_from, notices_of, pack


@pytest.mark.usefixtures("without_checkov")
def test_a_readme_that_cannot_be_read_is_left_out(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart(CHART)
    (chart / "README.md").write_bytes(b"# Caf\xe9\n")
    assert cli.main([str(chart), *VERSIONS, "--offered", "--select", "render", "--json", "-"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert [case["name"] for case in json_from(out)["cases"]] == ["defaults", "ci/x"]
    assert "left out: " in notices_of(out)
    assert "README.md: is not text in UTF-8" in notices_of(out)


def test_of_a_values_file_with_several_documents_the_first_counts(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart({**CHART, "ci/x-values.yaml": "# two\na: first\n---\na: second\n"}))
    assert cli.main([chart, *VERSIONS, "--case", "ci/x", "--select", "render", "--json", "-"]) == cli.CLEAN
    out = capsys.readouterr().out
    (case,) = json_from(out)["cases"]
    assert case["values"] == ["# two\na: first\n"]
    assert "ci/x-values.yaml: all but the first of its documents" in notices_of(out)


@pytest.mark.usefixtures("without_checkov")
def test_a_missing_subchart_that_is_off_is_left_out(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
    about += "dependencies: [{name: kid, version: 1.0.0, repository: https://x.example.com, condition: kid.enabled}]\n"
    chart = str(make_chart({**CHART, "Chart.yaml": about, "values.yaml": "a: b\nkid: {enabled: false}\n"}))
    assert cli.main([chart, *VERSIONS, "--select", "render", "--json", "-"]) == cli.CLEAN
    assert "left out: the subchart kid, which is off by default" in notices_of(capsys.readouterr().out)


@pytest.mark.parametrize("way", ["required", "schema"])
@pytest.mark.usefixtures("without_checkov")
def test_ci_values_replace_defaults_that_ask_for_values(
    way: str, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    template = '{{ required "give a" .Values.a }}' if way == "required" else "{{ .Values.a }}"
    files = {
        "templates/a.yaml": CHART["templates/a.yaml"].replace("{{ .Values.a }}", template),
        "README.md": "# Use\n\n```yaml\nb: 2\n```\n",
        "values.yaml": "b: 1\n",
        "ci/x-values.yaml": "a: c\n",
    }
    if way == "schema":
        files["values.schema.json"] = '{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}'
    chart = make_chart(files)
    options = [*VERSIONS, "--generated", "5", "--select", "render", "--json", "-"]
    assert cli.main([str(chart), *options]) == cli.CLEAN
    out = capsys.readouterr().out
    assert {case["origin"] for case in json_from(out)["cases"]} <= {"ci", "matrix", "schema"}
    assert "left out: defaults, README.md: Use: the chart asks for values that its CI values give" in notices_of(out)
    (chart / "ci/x-values.yaml").unlink()
    assert cli.main([str(chart), *options]) == cli.FINDINGS
    assert "defaults" in {one["object"] for one in json_from(capsys.readouterr().out)["findings"]}


def test_of_a_library_chart_the_files_are_checked(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\ntype: library\n"
    chart = str(make_chart({"Chart.yaml": about, "templates/_a.tpl": '{{ define "a" }}{{ end }}'}))
    assert cli.main([chart, *VERSIONS, "--json", "-"]) == cli.CLEAN
    assert "left out: objects, because a library chart" in notices_of(capsys.readouterr().out)
    make_chart({"Chart.yaml": about, "values.yaml": "a: 1\na: 2\n"})
    assert cli.main([chart, *VERSIONS]) == cli.FINDINGS
    assert "[repeated-key" in capsys.readouterr().out
    assert cli.main(["render", chart]) == cli.UNUSABLE
    assert "is a library chart" in capsys.readouterr().err


def test_a_packed_chart_is_checked(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    archive = pack(make_chart(CHART), tmp_path / "tiny-1.0.0.tgz")
    options = ["--helm", "embedded", "--kube", "1.37", "--offered", "--select", "render", "--json", "-"]
    assert cli.main([archive, *options]) == cli.CLEAN
    report = json_from(capsys.readouterr().out)
    assert (report["chart"], [case["name"] for case in report["cases"]]) == ("tiny", ["defaults", "ci/x"])


def test_a_packed_chart_is_unpacked_once(
    make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    archive = Path(pack(make_chart(CHART), tmp_path / "tiny-1.0.0.tgz"))
    folder = unpacked(archive)
    old = folder.parent.stat().st_mtime - 2 * store.KEEP_SECONDS
    os.utime(folder.parent, (old, old))
    written = {path: path.stat().st_ino for path in folder.rglob("*") if path.is_file()}
    missing = folder / "values.yaml"
    missing.unlink()
    assert unpacked(archive) == folder
    assert missing.read_text() == CHART["values.yaml"]
    assert {path: path.stat().st_ino for path in written if path != missing} == {
        path: number for path, number in written.items() if path != missing
    }
    store.forget_old(KIND)
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing.tgz", "there is no such file: name the archive of a chart"),
        ("text.tgz", "is not the archive of a chart"),
        ("outside.tgz", "holds ../tiny/"),
    ],
)
def test_an_archive_that_is_no_chart_is_reported(
    name: str, told: str, make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.tgz").write_text("no archive")
    pack(make_chart(CHART), tmp_path / "outside.tgz", "../")
    assert cli.main([str(tmp_path / name)]) == cli.UNUSABLE
    assert told in capsys.readouterr().err


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  serviceAccountName: {{ .Values.serviceAccount.name }}
  containers: [{name: c, image: 'a:1', envFrom: [{secretRef: {name: {{ .Values.login }}}}]}]
"""


def run_of(chart: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[set[tuple[str, str]], str]:
    cli.main([str(chart), *VERSIONS, "--generated", "0", *options, "--json", "-"])
    out = capsys.readouterr().out
    return found_rules(out), notices_of(out)


@pytest.mark.usefixtures("without_checkov")
def test_a_chart_that_makes_only_what_values_ask_for_may_render_nothing(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"values.yaml": "make: false\n", "templates/a.yaml": "{{ if .Values.make }}\n" + CONFIG + "{{ end }}"}
    chart = make_chart({**files, "ci/none-values.yaml": "make: false\n", "ci/some-values.yaml": "make: true\n"})
    assert run_of(chart, capsys, "--select", "render")[0] == set()
    make_chart({"values.yaml": "make: true\n"})
    assert run_of(chart, capsys, "--select", "render")[0] == {("render/empty", "error")}


@pytest.mark.usefixtures("without_checkov")
def test_an_example_that_helm_refuses_is_left_out_and_broken_yaml_is_not(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = "# Use\n\n```yaml\na: {b: 1}\n```\n\n# More\n\n```yaml\nlines: two\n```\n"
    template = CONFIG + "data:\n  a: {{ .Values.a | upper }}\n{{ with .Values.lines }}x:\n  y\nz{{ end }}\n"
    chart = make_chart({"values.yaml": "a: b\nlines: ''\n", "templates/a.yaml": template, "README.md": readme})
    rules, told = run_of(chart, capsys, "--offered", "--select", "render")
    assert rules == {("render/refused", "error")}
    assert "left out: README.md: Use: Helm refuses the example: " in told
    assert "README.md: More" not in told


@pytest.mark.usefixtures("without_checkov")
def test_what_the_author_presupposes_is_no_missing_object(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = "# Use\n\nMake the Secret mine first.\n\n```yaml\nlogin: mine\n```\n"
    account = "serviceAccount: {create: false, name: builder}\n"
    secret = "{{ if eq .Values.login `own` }}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: own}\n{{ end }}"
    chart = make_chart({"values.yaml": account + "login: own\n", "templates/a.yaml": POD + secret, "README.md": readme})
    assert run_of(chart, capsys, "--offered", "--select", "references")[0] == set()
    make_chart({"chartgate.yaml": "documents: [README.md]\n"})
    assert run_of(chart, capsys, "--offered", "--select", "references")[0] == {("references/missing", "error")}
    make_chart({"values.yaml": account.replace("false", "true") + "login: own\n"})
    assert run_of(chart, capsys, "--case", "defaults", "--select", "references")[0] == {("references/missing", "error")}


@pytest.mark.usefixtures("without_checkov")
def test_a_case_that_needs_a_missing_subchart_is_left_out(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
    about += "dependencies: [{name: kid, version: 1.0.0, repository: https://x.example.com, condition: kid.enabled}]\n"
    needs = "{{ if .Values.kid.enabled }}{{ include `kid.name` . }}{{ end }}"
    files = {"Chart.yaml": about, "values.yaml": "kid: {enabled: false}\n", "templates/a.yaml": CONFIG + needs}
    chart = make_chart({**files, "ci/kid-values.yaml": "kid: {enabled: true}\n"})
    rules, told = run_of(chart, capsys, "--select", "render")
    assert rules == set()
    assert "left out: ci/kid" in told


def test_a_switch_of_a_subchart_is_read_by_helm(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    about = (
        "apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies: [{name: kid, version: 1.0.0, condition: makeKid}]\n"
    )
    kid = {
        "charts/kid/Chart.yaml": "apiVersion: v2\nname: kid\nversion: 1.0.0\n",
        "charts/kid/templates/a.yaml": CONFIG,
    }
    chart = make_chart({**kid, "Chart.yaml": about, "values.yaml": "makeKid: true\nmakeKit: true\n"})
    cli.main([str(chart), *VERSIONS, "--offered", "--select", "chart/unused-value", "--json", "-"])
    assert [one["where"] for one in json_from(capsys.readouterr().out)["findings"]] == ["makeKit"]


@pytest.mark.usefixtures("without_checkov")
def test_a_former_name_that_the_chart_refuses_is_no_slip(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    guard = "{{- if .Values.internalFrontend }}\n{{- fail `internalFrontend is internal-frontend now` }}\n{{- end }}\n"
    data = "data: {a: {{ index .Values `internal-frontend` | quote }}}\n"
    chart = make_chart({"values.yaml": "internal-frontend: 1\n", "templates/a.yaml": guard + CONFIG + data})
    assert run_of(chart, capsys, "--offered", "--select", "chart")[0] == set()
    make_chart({"templates/a.yaml": guard.replace("fail", "print") + CONFIG + data})
    assert run_of(chart, capsys, "--offered", "--select", "chart")[0] == {("chart/misspelt-value", "error")}
