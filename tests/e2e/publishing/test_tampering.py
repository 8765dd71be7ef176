"""What somebody has changed on the web server is refused: an archive, a signature, the index."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from release.errors import ReleaseError
from release.index import add_to_index
from tests.e2e.helm_release import HelmRefusal
from tests.e2e.publishing.conftest import FIRST, SECOND, Published
from tests.e2e.publishing.http_repository import HttpRepository
from tests.e2e.publishing.user import HelmUser

ARCHIVE = f"claude-relay-{SECOND}.tgz"


def change_archive(folder: Path) -> None:
    archive = folder / ARCHIVE
    content = archive.read_bytes()
    archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def replace_archive(folder: Path) -> None:
    shutil.copyfile(folder / f"claude-relay-{FIRST}.tgz", folder / ARCHIVE)


def change_signed_text(folder: Path) -> None:
    _edit(folder / f"{ARCHIVE}.prov", f"version: {SECOND}", f"version: {SECOND}0")


def change_signature(folder: Path) -> None:
    provenance = folder / f"{ARCHIVE}.prov"
    text = provenance.read_text(encoding="utf-8")
    head, marker, signature = text.partition("-----BEGIN PGP SIGNATURE-----\n\n")
    provenance.write_text(f"{head}{marker}{signature[:40]}{signature[41:]}", encoding="utf-8")


def remove_signature(folder: Path) -> None:
    (folder / f"{ARCHIVE}.prov").unlink()


def lead_the_index_elsewhere(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    shutil.copyfile(folder / f"claude-relay-{FIRST}.tgz", other / ARCHIVE)
    shutil.copyfile(folder / f"claude-relay-{FIRST}.tgz.prov", other / f"{ARCHIVE}.prov")
    _edit(folder / "index.yaml", f"/{ARCHIVE}", f"/other/{ARCHIVE}")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("spec", ["3.2.4", "3.17.3", "4.3.1"])
@pytest.mark.parametrize(
    "tamper",
    [
        change_archive,
        replace_archive,
        change_signed_text,
        change_signature,
        remove_signature,
        lead_the_index_elsewhere,
    ],
)
def test_it_is_refused(
    published: Published,
    repository: HttpRepository,
    user: Callable[[str], HelmUser],
    tmp_path: Path,
    tamper: Callable[[Path], None],
    spec: str,
) -> None:
    someone = user(spec)
    repository.folder = shutil.copytree(published.after[SECOND], tmp_path / "tampered")
    tamper(repository.folder)
    someone.run("repo", "add", "claude-relay", repository.url)
    verified = ["--version", SECOND, "--verify", "--keyring", str(published.keyring)]
    with pytest.raises(HelmRefusal):
        someone.run("pull", "claude-relay/claude-relay", *verified)


@pytest.mark.parametrize("spec", ["3.2.4", "3.17.3", "4.3.1"])
def test_a_broken_index_is_refused(
    published: Published, repository: HttpRepository, user: Callable[[str], HelmUser], tmp_path: Path, spec: str
) -> None:
    repository.folder = shutil.copytree(published.after[SECOND], tmp_path / "tampered")
    (repository.folder / "index.yaml").write_text("<html>404</html>", encoding="utf-8")
    with pytest.raises(HelmRefusal):
        user(spec).run("repo", "add", "claude-relay", repository.url)


@pytest.mark.parametrize("spec", ["3.2.4", "3.17.3", "4.3.1"])
def test_helm_verify_tells_the_archives_apart(
    published: Published, user: Callable[[str], HelmUser], tmp_path: Path, spec: str
) -> None:
    someone = user(spec)
    folder = shutil.copytree(published.after[SECOND], tmp_path / "downloaded")
    someone.run("verify", str(folder / ARCHIVE), "--keyring", str(published.keyring))
    change_archive(folder)
    with pytest.raises(HelmRefusal):
        someone.run("verify", str(folder / ARCHIVE), "--keyring", str(published.keyring))


def test_the_next_release_finds_an_archive_that_was_changed(published: Published, tmp_path: Path) -> None:
    folder = shutil.copytree(published.after[FIRST], tmp_path / "tampered")
    archive = folder / f"claude-relay-{FIRST}.tgz"
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(ReleaseError, match=rf"claude-relay-{FIRST}\.tgz is not what index\.yaml tells"):
        add_to_index(folder, published.archive(SECOND), ("claude-relay", SECOND), "https://charts.example.com")
