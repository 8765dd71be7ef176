"""A chart is read once: exactly what Helm reads of it, and what the gate reads beside that; all caches hang on this."""

import os
import socket
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.errors import GateError
from chartgate.releases.render import render
from chartgate.tools.cache import cache_folder
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.helm import Helm
from chartgate.tools.reading import Reading
from chartgate.values.chart import read_chart

MakeChart = Callable[[dict[str, str]], Path]

CONFIG_MAP = (
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {file: {{ .Files.Get "files/a" | quote }}}\n'
)
OBJECT = {"templates/map.yaml": CONFIG_MAP}
COMMAND = "# Tiny\n\n```sh\nhelm install tiny tiny --values examples/a.yaml\n```\n"
# Each rule is here because Helm's syntax differs from .gitignore's in it.
RULES = {
    "a name": "a.txt",
    "a pattern": "*.tm?",
    "a folder": "files/",
    "a folder that is a file": "a.txt/",
    "from the top": "/a.txt",
    "a path": "files/a",
    "a path with a star": "files/*",
    "a star stops at a slash": "*/c",
    "a class": "[a-b].txt",
    "a class that is negated": "[^a].txt",
    "an escaped star": "\\*.txt",
    "a name with a dot": ".*",
    "negated": "!a.txt\n",
    "negated folder": "!files/",
    "two": "b.txt\n# a.txt\n\n  a.tmp  \n",
    "a byte order mark": "\ufeffa.txt",
    "nothing": "",
}
FILES = ("a.txt", "b.txt", "*.txt", "a.tmp", ".hidden", "files/a", "files/a.txt", "files/b/c", "templates/.x", "ci/a")


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES.keys())
def test_the_files_are_those_that_helm_reads(make_chart: MakeChart, helm: Helm, rules: str, tmp_path: Path) -> None:
    chart = make_chart({**dict.fromkeys(FILES, "x"), "values.yaml": "{}\n", ".helmignore": rules})
    # Helm then says that it is no chart.
    if "Chart.yaml" in read_chart_files(chart).contents:
        command = [str(helm.path), "package", str(chart), "--destination", str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
        with tarfile.open(tmp_path / "tiny-1.0.0.tgz") as archive:
            packed = {name.removeprefix("tiny/") for name in archive.getnames()}
        assert packed == set(read_chart_files(chart).contents)
    else:
        done = subprocess.run([str(helm.path), "template", str(chart)], check=False, capture_output=True, text=True)
        assert "Chart.yaml file is missing" in done.stderr


@pytest.mark.parametrize("rule", ["a/**", "[a", "[]a]", "[a-]", "a\\"])
def test_a_rule_that_helm_refuses_is_told_with_its_line(make_chart: MakeChart, helm: Helm, rule: str) -> None:
    chart = make_chart({".helmignore": f"b\n{rule}\n"})
    with pytest.raises(GateError, match=r"\.helmignore: line 2: "):
        read_chart_files(chart)
    assert subprocess.run([str(helm.path), "template", str(chart)], check=False, capture_output=True).returncode


@pytest.mark.parametrize("link", ["files", "files/a"])
def test_what_a_symbolic_link_leads_to_is_part_of_the_chart(make_chart: MakeChart, tmp_path: Path, link: str) -> None:
    chart = make_chart(OBJECT)
    target = tmp_path / "target" / link
    target.parent.mkdir(parents=True)
    (chart / link).parent.mkdir(exist_ok=True)
    if link == "files":
        target.mkdir()
    (chart / link).symlink_to(target)
    file = target / "a" if link == "files" else target
    digests, texts = set(), []
    for text in ("one", "two"):
        file.write_text(text)
        files = read_chart_files(chart)
        digests |= {files.digest, read_chart(chart).digest}
        texts.append(render(files, helm=EMBEDDED).only("ConfigMap").at("data.file"))
    assert (len(digests), texts) == (4, ["one", "two"])


def change(path: Path) -> None:
    path.write_text(path.read_text() + "\n# more\n")


@pytest.mark.parametrize(
    "name", ["README.md", "examples/a.yaml", "chartgate.yaml", "matrix.yaml", "ci/a-values.yaml", "../outside.yaml"]
)
def test_a_change_of_any_file_that_is_read_changes_the_digest(make_chart: MakeChart, name: str) -> None:
    files = {
        ".helmignore": "examples/\nci/\n*gate.yaml\nmatrix.yaml\nREADME.md\n",
        "README.md": f"{COMMAND}\n```sh\nhelm install tiny tiny -f ../outside.yaml\n```\n",
        "examples/a.yaml": "a: 1\n",
        "../outside.yaml": "a: 1\n",
        "chartgate.yaml": "release: r\n",
        "matrix.yaml": "axes: [{name: a, kubernetes: ['1.37']}, {name: b, helm: ['4']}]\nstrength: [{t: 1}]\n",
        "ci/a-values.yaml": "a: 1\n",
    }
    chart = make_chart(files)
    before, rendered = read_chart(chart).digest, read_chart_files(chart).digest
    assert read_chart(chart).digest == before
    change(chart / name)
    assert read_chart(chart).digest != before
    # None of them is Helm's, so that no render is thrown away.
    assert read_chart_files(chart).digest == rendered


def test_a_file_that_comes_or_goes_changes_the_digest(make_chart: MakeChart) -> None:
    chart = make_chart({"README.md": COMMAND, "examples/a.yaml": "a: 1\n"})
    digests = {read_chart(chart).digest}
    (chart / "examples" / "a.yaml").unlink()
    digests.add(read_chart(chart).digest)
    (chart / "README.md").unlink()
    digests.add(read_chart(chart).digest)
    assert len(digests) == 3


def test_a_change_behind_a_link_or_in_a_named_values_file_is_not_answered_from_the_cache(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    chart = make_chart({**OBJECT, "README.md": COMMAND, "examples/a.yaml": "a: 1\n", ".helmignore": "examples/\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("one")
    (chart / "files").symlink_to(outside)
    arguments = [str(chart), "--helm", "embedded", "--kube", "1.37", "--offered"]

    def is_kept() -> bool:
        cli.main(arguments)
        return "nothing changed since the last run" in capsys.readouterr().err

    assert [is_kept(), is_kept()] == [False, True]
    (outside / "a").write_text("two")
    assert [is_kept(), is_kept()] == [False, True]
    (chart / "examples" / "a.yaml").write_text("a: 2\n")
    assert [is_kept(), is_kept()] == [False, True]


def test_what_is_ignored_is_neither_read_nor_copied(make_chart: MakeChart) -> None:
    chart = make_chart({".helmignore": ".git/\npipe\n", ".git/objects/pack": "x" * 4096})
    os.mkfifo(chart / "pipe")
    files = read_chart_files(chart)
    assert set(files.contents) == {".helmignore", "Chart.yaml"}
    assert sorted(path.name for path in files.copy.iterdir()) == [".helmignore", "Chart.yaml"]


def make_pipe(chart: Path) -> None:
    os.mkfifo(chart / "templates" / "pipe")


def make_matrix_pipe(chart: Path) -> None:
    (chart / ".helmignore").write_text("matrix.yaml\n")
    os.mkfifo(chart / "matrix.yaml")


def make_socket(chart: Path) -> None:
    before = Path.cwd()
    os.chdir(chart)  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("socket")
    finally:
        os.chdir(before)


def make_loop(chart: Path) -> None:
    (chart / "templates" / "loop").symlink_to("..")


def make_own_link(chart: Path) -> None:
    (chart / "self").symlink_to("self")


def make_broken_link(chart: Path) -> None:
    (chart / "broken").symlink_to("nowhere")


def make_line_break(chart: Path) -> None:
    (chart / "templates" / "a\nb.yaml").write_text("")


def make_chart_a_folder(chart: Path) -> None:
    (chart / "Chart.yaml").unlink()
    (chart / "Chart.yaml").mkdir()


def make_values_of_bytes(chart: Path) -> None:
    (chart / "values.yaml").write_bytes(b"\xff\xfe\x00")


def make_ci_of_bytes(chart: Path) -> None:
    (chart / "ci").mkdir()
    (chart / "ci" / "a-values.yaml").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (make_pipe, "templates/pipe: is a named pipe, not a regular file"),
        (make_matrix_pipe, "matrix.yaml: is a named pipe, not a regular file"),
        (make_socket, "socket: is a socket, not a regular file"),
        (make_loop, "templates/loop: is a symbolic link to a folder that it is in"),
        (make_own_link, "self: is a symbolic link to self, which cannot be followed"),
        (make_broken_link, "broken: is a symbolic link to nowhere, which cannot be followed"),
        (make_line_break, "templates/a\\nb.yaml: has a line break in its name"),
        (make_chart_a_folder, "is not a chart"),
        (make_values_of_bytes, "values.yaml: cannot be read as YAML values"),
        (make_ci_of_bytes, "ci/a-values.yaml: is not text in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_at_once(
    make_chart: MakeChart, spoil: Callable[[Path], None], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart(OBJECT)
    spoil(chart)
    assert cli.main([str(chart), "--helm", "embedded", "--kube", "1.37"]) == cli.UNUSABLE
    said = capsys.readouterr().err
    assert words in said
    assert "fault of chartgate" not in said


@pytest.mark.parametrize("name", ["Chart.yaml", "templates/map.yaml", "README.md", "chartgate.yaml"])
def test_an_unreadable_file_is_reported(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    chart = make_chart({**OBJECT, "README.md": "", "chartgate.yaml": "{}", ".helmignore": "chartgate.yaml"})
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == chart / name:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    # Whoever runs these tests may be root, who can read everything.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(GateError, match=rf"{name}: cannot be read: Permission denied: make it readable"):
        _ = read_chart(chart).settings


def test_a_file_that_is_removed_while_the_chart_is_read_is_reported(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = make_chart(OBJECT)
    content = Reading.content

    def remove_first(self: Reading, path: Path, *, may_be_pipe: bool = False) -> bytes | None:
        if path.name == "map.yaml":
            path.unlink()
        return content(self, path, may_be_pipe=may_be_pipe)

    monkeypatch.setattr(Reading, "content", remove_first)
    with pytest.raises(GateError, match=r"templates/map.yaml: was removed while the chart was read: run again"):
        read_chart_files(chart)


def test_a_read_only_chart_is_rendered(make_chart: MakeChart) -> None:
    chart = make_chart(OBJECT)
    for path in (chart / "templates", chart):
        path.chmod(0o555)
    try:
        copy = read_chart_files(chart).with_file("Chart.yaml", b"apiVersion: v2\nname: tiny\nversion: 2.0.0\n").copy
    finally:
        for path in (chart, chart / "templates"):
            path.chmod(0o755)
    assert all(path.stat().st_mode & 0o200 for path in [copy, *copy.rglob("*")])


def test_a_damaged_copy_is_made_anew(make_chart: MakeChart) -> None:
    chart = make_chart(OBJECT)
    copy = read_chart_files(chart).copy
    assert copy.parent == cache_folder("charts")
    (copy / "templates" / "map.yaml").write_text("damaged")
    (copy / "more").write_text("")
    again = read_chart_files(chart)
    assert again.copy == copy
    assert {path.relative_to(copy).as_posix() for path in copy.rglob("*.*")} == {"Chart.yaml", "templates/map.yaml"}
    assert (copy / "templates" / "map.yaml").read_text() == CONFIG_MAP


def test_two_runs_may_make_the_copy_at_once(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = make_chart(OBJECT)
    rename = Path.rename

    def outrun(path: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        # The other run is another process, which this one's lock does not hold.
        for name, content in files.contents.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", outrun)
    files = read_chart_files(chart).with_file("only-here", str(chart).encode())
    assert (files.copy / "Chart.yaml").exists()
    assert not list(cache_folder("charts").glob(".part-*"))
