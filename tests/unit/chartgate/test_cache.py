"""The cache: a second run is warm, and no state of the folder is a fault of the gate."""

import errno
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.reports.last_run import key_of
from chartgate.tools import fingerprint
from chartgate.tools.cache import cache_folder, load, made_once
from chartgate.tools.catalogue import catalogue
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.control_plane.programs import ASSETS, SERVERS
from chartgate.values.chart import read_chart
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

CHART = {"templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n"}
OPTIONS = ("--helm", "embedded", "--kube", "1.37", "--offered")
DAMAGED = (b"", b"{", b"[]", b"{}", b"null", b'"text"', b"\xff\xfe", b'{"a": [1, {"b": 2}]}')


def cold(chart: Path, capsys: pytest.CaptureFixture[str], *options: str) -> bool:
    """Run the gate; whether it did the work rather than tell the last result."""
    code = cli.main([str(chart), *OPTIONS, *options])
    said = capsys.readouterr().err
    assert code in {cli.CLEAN, cli.FINDINGS}, said
    return "nothing changed since the last run" not in said


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache that has nothing but what is downloaded."""
    shared = cache_folder()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("schemas", "definitions"):
        (shared / name).mkdir(exist_ok=True)
        (cache_folder() / name).symlink_to(shared / name)
    return cache_folder()


@pytest.mark.usefixtures("own_cache", "without_checkov")
def test_the_second_run_is_warm_although_the_first_one_downloaded_tools(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart(CHART)
    # The first run finds no Helm program in the cache, and leaves all of them there for the second.
    before = iter([False] * len(catalogue().helm))
    monkeypatch.setattr(fingerprint, "is_at_hand", lambda _: next(before, True))
    assert [cold(chart, capsys) for _ in range(3)] == [True, False, False]


def test_a_result_of_an_api_server_is_not_told_for_another_one(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chart = read_chart(make_chart(CHART))

    def keys() -> tuple[str, str]:
        return key_of(chart, Choice(api_server=True), None), key_of(chart, Choice(), None)

    monkeypatch.delenv(ASSETS, raising=False)
    found = [keys()]
    monkeypatch.setenv(ASSETS, str(tmp_path))
    found.append(keys())
    for text in ("one", "another"):
        for name in SERVERS:
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        found += [keys(), keys()]
    asked, not_asked = ([pair[index] for pair in found] for index in (0, 1))
    assert len(set(not_asked)) == 1
    assert [asked.index(key) for key in asked] == [0, 1, 2, 2, 4, 4]


@pytest.mark.usefixtures("without_checkov")
def test_a_damaged_file_of_any_kind_is_made_anew(
    make_chart: MakeChart, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart(CHART)
    assert cold(chart, capsys)
    for damage in DAMAGED:
        # `made_once` is tested for itself: what is downloaded stays. Links are not followed.
        for path in own_cache.rglob("*.json"):
            path.write_bytes(damage)
        assert cold(chart, capsys)
        assert not cold(chart, capsys)


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_made_once_is_made_again_where_it_is_damaged(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(damage)

    def make() -> None:
        path.write_bytes(b'{"a": [1]}')

    made = made_once(path, dict[str, list[int]], make)
    assert made in ({"a": [1]}, {})
    assert load(path, dict[str, list[int]]) == made


def test_what_several_threads_need_is_made_once(tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> None:
        time.sleep(0.05)
        made.append("x")
        (tmp_path / "x.json").write_bytes(b"[1]")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: made_once(tmp_path / "x.json", list[int], make), range(4)))
    assert (found, made) == ([[1]] * 4, ["x"])


def test_what_cannot_be_made_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="cannot be read although it was just written"):
        made_once(tmp_path / "x.json", list[str], lambda: None)


def test_a_cache_that_cannot_be_written_is_reported(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert cli.main([str(make_chart(CHART)), *OPTIONS]) == cli.UNUSABLE
    said = capsys.readouterr().err
    assert f"cannot make the cache folder {file}/chartgate" in said
    assert "set XDG_CACHE_HOME to a writable folder" in said


@pytest.mark.usefixtures("without_checkov")
def test_a_cache_that_can_only_be_read_is_told_or_is_good_enough(
    make_chart: MakeChart, own_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart(CHART)
    kept = read_chart_files(chart).copy
    assert kept.is_relative_to(own_cache)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    # Whoever runs these tests may be root, who can write everywhere.
    with monkeypatch.context() as patch:
        for module, name in ((tempfile, "mkstemp"), (tempfile, "mkdtemp"), (os, "utime")):
            patch.setattr(module, name, refuse)
        assert read_chart_files(chart).copy == kept
        with pytest.raises(GateError, match=r"cannot be copied to .*: Read-only file system: .* set XDG_CACHE_HOME"):
            _ = read_chart_files(chart).with_file("more", b"").copy
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert cli.main([str(chart), *OPTIONS]) == cli.UNUSABLE
    assert "Read-only file system: free disk space or set XDG_CACHE_HOME" in capsys.readouterr().err


def test_a_relative_cache_folder_counts_as_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG Base Directory Specification: "consider the path invalid and ignore it"."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert cache_folder() == tmp_path / ".cache" / "chartgate"


def test_without_any_home_the_variable_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    # A user without a name, as in many containers.
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(GateError, match="set XDG_CACHE_HOME to a writable folder"):
        cache_folder("x")


def test_what_another_run_has_removed_is_forgotten_too(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save("renders", "a", {})
    (cache_folder("renders") / "old-folder").mkdir()
    (cache_folder("renders") / "gone.json").symlink_to("nowhere")
    monkeypatch.setattr(store, "KEEP_SECONDS", -1)
    store.forget_old("renders")
    assert not [path.name for path in (own_cache / "renders").iterdir() if path.exists()]
