"""Tools: nothing unpinned gets in, nothing half-written stays, and a user is told what to do."""

import hashlib
import io
import os
import platform
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chartgate.errors import GateError
from chartgate.tools import download, engines, progress, run_helm, served_api_versions
from chartgate.tools import helm as helm_module
from chartgate.tools import served_kinds as served_kinds_module
from chartgate.tools.archives import member, members
from chartgate.tools.cache import cache_folder, write_whole
from chartgate.tools.catalogue import catalogue, version_key
from chartgate.tools.download import require_sha256
from chartgate.tools.helm import Helm, find_helm, fits
from chartgate.tools.recent import Recent
from chartgate.tools.schemas import api_schemas, known_versions, minor_version
from chartgate.tools.served_kinds import served_kinds
from tests.e2e import programs


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return buffer.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as ball:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        ball.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def test_a_member_is_found_through_nested_archives() -> None:
    archive = zipped(outer=tarred("package/inner.zip", zipped(helm=b"program")))
    assert member(archive, ("outer", "package/inner.zip", "helm")) == b"program"
    with pytest.raises(GateError, match="holds no kubectl"):
        member(archive, ("outer", "*.zip", "kubectl"))


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(GateError, match="cannot be read"):
        list(members(b"no archive", "*"))


def test_a_download_with_another_hash_is_refused() -> None:
    require_sha256(b"x", [hashlib.sha256(b"x").hexdigest()], "x")
    with pytest.raises(GateError, match=r"x 1: SHA-256 is .*, pinned is aa"):
        require_sha256(b"x", ["aa"], "x 1")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"1", mode=0o755)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
    (tmp_path / "folder").mkdir()
    with pytest.raises(GateError, match="cannot write"):
        write_whole(tmp_path / "folder", b"1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]


def test_a_cache_that_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(GateError, match="set XDG_CACHE_HOME"):
        cache_folder("helm")


@pytest.mark.parametrize(
    ("version", "spec", "expected"),
    [
        ("3.17.3", "3", True),
        ("3.17.3", "3.17.3", True),
        ("3.17.3", "3.17.4", False),
        ("4.3.1", "3", False),
        ("3.1.9", "3", False),
    ],
)
def test_a_version_fits_a_specification(version: str, spec: str, expected: bool) -> None:
    assert fits(version, spec) is expected


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [("latest", "not understood"), ("3.1.0", "not supported"), ("2", "not supported"), ("9", "not in the")],
)
def test_a_helm_that_cannot_be_had_is_an_error(spec: str, complaint: str) -> None:
    with pytest.raises(GateError, match=complaint):
        find_helm(spec)


def test_a_helm_on_the_path_is_taken_when_it_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\necho v4.9.9+gabc\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(helm_module, "_on_path", helm_module._on_path.__wrapped__)
    assert find_helm.__wrapped__("4") == Helm("4.9.9", program)
    assert find_helm.__wrapped__("3.2.4").version == "3.2.4"


def test_the_registry_copy_must_be_the_official_program(monkeypatch: pytest.MonkeyPatch) -> None:
    release = replace(catalogue().helm[0], copy=replace(catalogue().helm[0].copy, member=("helm",)))

    def unreachable(url: str) -> bytes:
        raise GateError(f"{url}: unreachable")

    monkeypatch.setattr(helm_module, "fetch_url", unreachable)
    monkeypatch.setattr(helm_module, "fetch_package", lambda _: zipped(helm=b"another program"))
    with pytest.raises(GateError, match=r"Helm 3\.2\.4 cannot be had: .*unreachable.*SHA-256.*put it on PATH"):
        helm_module._download(release)


def test_an_official_archive_is_verified_by_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    release = replace(catalogue().helm[0], binary=hashlib.sha256(b"program").hexdigest())
    monkeypatch.setattr(helm_module, "fetch_url", lambda _: tarred("linux-amd64/helm", b"program"))
    assert helm_module._download(release) == b"program"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Makes Python take the machine for another one, without a Helm on PATH and with an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(helm_module, "_on_path", lambda: None)

    def set_machine(system: str, name: str) -> None:
        monkeypatch.setattr(platform, "system", lambda: system)
        monkeypatch.setattr(platform, "machine", lambda: name)

    return set_machine


@pytest.mark.parametrize(
    ("system", "name", "label"),
    [("Linux", "aarch64", "linux-arm64"), ("Darwin", "x86_64", "darwin-amd64"), ("Darwin", "arm64", "darwin-arm64")],
)
def test_other_machines_get_the_official_archive(
    machine: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, system: str, name: str, label: str
) -> None:
    archive = tarred(f"{label}/helm", b"program")
    pin = {label: hashlib.sha256(archive).hexdigest()}
    release = replace(catalogue().helm[-1], version="4.9.9", archives=pin)
    monkeypatch.setattr(helm_module, "catalogue", lambda: replace(catalogue(), helm=(release,)))
    monkeypatch.setattr(
        helm_module, "fetch_url", {f"https://get.helm.sh/helm-v4.9.9-{label}.tar.gz": archive}.__getitem__
    )
    machine(system, name)
    assert find_helm.__wrapped__("4").path.read_bytes() == b"program"
    with pytest.raises(GateError, match=r"SHA-256 is .* pinned is"):
        helm_module._download(replace(release, archives={label: "0" * 64}))


def test_a_machine_takes_the_newest_helm_that_there_is_for_it(machine: Callable[[str, str], None]) -> None:
    machine("Darwin", "arm64")
    newest = helm_module._in_catalogue("4")
    assert newest is not None
    assert newest.archives["darwin-arm64"]
    with pytest.raises(GateError, match=r"Helm 3\.2\.4 is not on PATH .*, which has 3\.6\.2, .* on arm64"):
        find_helm.__wrapped__("3.2.4")


def test_a_machine_without_helm_programs_gets_a_remedy(machine: Callable[[str, str], None]) -> None:
    machine("Plan9", "mips")
    with pytest.raises(GateError, match=r"which has none for Plan9 on mips: .* put it on PATH$"):
        find_helm.__wrapped__("4")


def test_a_helm_that_is_not_for_the_machine_keeps_no_other_from_being_tried(
    machine: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("Linux", "aarch64")
    monkeypatch.setattr(engines, "find_helm", find_helm.__wrapped__)
    monkeypatch.setattr(helm_module, "_download", lambda _: b"program")
    found = engines.engines_at_hand(["3.2.4", "4"])
    assert (list(found.missing), "4" in found.found) == (["3.2.4"], True)


def test_every_pin_is_a_sha256() -> None:
    helms = catalogue().helm
    pins = [pin for one in helms for pin in (one.binary, *one.archives.values(), *one.copy.sha256)]
    pins += [pin for package in catalogue().clients.values() for pin in package.sha256]
    pins += [pin for entry in catalogue().kubernetes for pin in entry.package.sha256]
    pins += [program.binary for program in programs.pins().programs.values()]
    sources = [*programs.pins().images.values(), *programs.pins().programs.values()]
    pins += [pin for source in sources if source.package for pin in source.package.sha256]
    assert all(source.pin for source in sources)
    assert pins
    assert all(len(pin) == 64 and int(pin, 16) for pin in pins)


def test_the_helms_of_the_catalogue_stand_oldest_first() -> None:
    versions = [release.version for release in catalogue().helm]
    assert versions == sorted(versions, key=version_key)


def test_every_kubernetes_minor_has_schemas() -> None:
    assert (known_versions()[0], known_versions()[-1]) == ("1.19", "1.37")
    assert all(("v1", "Pod") in served_kinds(version) for version in known_versions())
    assert minor_version("v1.29.3") == "1.29"
    with pytest.raises(GateError, match="not understood"):
        minor_version("newest")
    with pytest.raises(GateError, match=r"no schemas for Kubernetes 1\.18: choose a version from 1\.19 to 1\.37"):
        api_schemas("1.18")


def test_run_helm_passes_arguments_and_exit_codes_on(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_helm.main(["4", "--", "version", "--short"]) == 0
    assert capfd.readouterr().out.startswith("v4.")
    assert run_helm.main(["4", "--", "no-such-verb"]) == 1
    assert "failed with exit code 1" in capfd.readouterr().err
    assert run_helm.main(["4", "lint"]) == 2
    assert run_helm.main(["nine", "--", "version"]) == 2


@pytest.mark.parametrize("module", [served_kinds_module, served_api_versions])
def test_the_lists_of_kinds_are_up_to_date(module: Any) -> None:
    assert module.FILE.read_text(encoding="utf-8") == module.document(), "run `make generate`"


def test_a_machine_without_go_keeps_only_what_downloads_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(**{"go/bin/go": b"program", "go/VERSION": b"1", "go/go.env": b"", "go/bin/gofmt": b"other"})
    answers = [archive]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(download, "fetch_package", lambda _: answers.pop())
    program, variables = download._go_downloader()
    assert Path(program).read_bytes() == b"program"
    assert os.access(program, os.X_OK)
    root = Path(variables["GOROOT"])
    assert {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} == {
        "VERSION",
        "bin/go",
        "go.env",
    }
    assert download._go_downloader() == (program, variables), "it is fetched once"


def test_without_a_terminal_long_work_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PAUSE_SECONDS", 0.0)
    assert [*progress.track("ab", 2, "trying mutants")] == ["a", "b"]
    assert capsys.readouterr().err == "chartgate: trying mutants: 1 of 2\nchartgate: trying mutants: 2 of 2\n"


def test_what_was_asked_for_last_is_kept_up_to_a_size() -> None:
    made: list[str] = []

    def answer(question: str) -> str:
        def make() -> str:
            made.append(question)
            return question * 4

        return recent.get(question, make)

    recent: Recent[str, str] = Recent(8, len)
    assert [answer(question) for question in "abaca"] == ["aaaa", "bbbb", "aaaa", "cccc", "aaaa"]
    assert made == ["a", "b", "c"]
    assert [answer(question) for question in ("b", "long")] == ["bbbb", "long" * 4]
    assert made == ["a", "b", "c", "b", "long"]
    assert answer("b")
    assert made[-1] == "b"
