"""The first run on a chart as it is found: packed, a library, without its subcharts, with what cannot be read."""

import os
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.releases import store
from chartgate.values.packed_chart import KIND, unpacked
from tests.unit.chartgate.command_line import CHART, VERSIONS, MakeChart, json_from, notices_of, pack


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
