"""The repository's index: an entry is added, and no other entry is lost or changed."""

import hashlib
from pathlib import Path

import pytest
import yaml

from release.archive import run_helm
from release.errors import ReleaseError
from release.index import add_to_index

URL = "https://charts.example.com"
TINY = ("tiny", "0.1.0")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    chart = tmp_path / "tiny"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 0.1.0\n", encoding="utf-8")
    run_helm(["package", str(chart), "--destination", str(tmp_path)])
    return tmp_path / "tiny-0.1.0.tgz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    return folder


def test_an_entry_has_the_url_and_the_digest_of_its_archive(archive: Path, folder: Path) -> None:
    add_to_index(folder, archive, TINY, URL)
    (entry,) = yaml.safe_load((folder / "index.yaml").read_text(encoding="utf-8"))["entries"]["tiny"]
    assert entry["urls"] == [f"{URL}/tiny-0.1.0.tgz"]
    assert entry["digest"] == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_entries_whose_archives_are_elsewhere_stay(archive: Path, folder: Path) -> None:
    entry = {"apiVersion": "v2", "name": "tiny", "version": "0.0.9", "urls": ["https://old.example.com/tiny-0.0.9.tgz"]}
    other = {**entry, "name": "other", "annotations": {"a": "b"}, "created": "2026-01-02T00:00:00Z"}
    before = {"apiVersion": "v1", "entries": {"tiny": [entry], "other": [other]}}
    # A time that Helm did not write need not be in quotes.
    text = yaml.safe_dump(before).replace("'2026-01-02T00:00:00Z'", "2026-01-02T00:00:00Z")
    (folder / "index.yaml").write_text(text, encoding="utf-8")
    add_to_index(folder, archive, TINY, URL)
    after = yaml.safe_load((folder / "index.yaml").read_text(encoding="utf-8"))["entries"]
    assert [e["version"] for e in after["tiny"]] == ["0.1.0", "0.0.9"]
    assert entry.items() <= after["tiny"][1].items()
    assert other.items() <= after["other"][0].items()


def test_the_same_archive_is_added_once(archive: Path, folder: Path) -> None:
    add_to_index(folder, archive, TINY, URL)
    text = (folder / "index.yaml").read_text(encoding="utf-8")
    add_to_index(folder, archive, TINY, "https://elsewhere.example.com")
    assert (folder / "index.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("entries: [", "cannot be read as a repository's index"),
        ("<html>not found</html>", "cannot be read as a repository's index"),
        ("", "cannot be read as a repository's index"),
        # Helm leaves this entry out when it reads the index.
        ("apiVersion: v1\nentries:\n  other:\n  - {name: other, version: 0.one}\n", r"lose or change.*other 0\.one"),
        (
            "apiVersion: v1\nentries:\n  tiny:\n  - {name: tiny, version: 0.1.0, digest: 00}\n",
            "exists with other content",
        ),
    ],
    ids=["not YAML", "not an index", "empty", "an invalid entry", "the version with another digest"],
)
def test_an_index_that_would_lose_entries_is_refused(archive: Path, folder: Path, index: str, message: str) -> None:
    (folder / "index.yaml").write_text(index, encoding="utf-8")
    with pytest.raises(ReleaseError, match=message):
        add_to_index(folder, archive, TINY, URL)
    assert (folder / "index.yaml").read_text(encoding="utf-8") == index
