"""What a run depends on besides the chart: the code of the gate and of installed checks, libraries, programs."""

import hashlib
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from chartgate.tools.catalogue import catalogue
from chartgate.tools.helm import is_at_hand
from chartgate.tools.installed_checks import digests

LIBRARIES = ("cel-expr-python", "checkov", "helm-python-sdk", "jsonschema-rs", "markdown-it-py", "pyyaml", "rstr")
PROGRAMS = ("fluent-bit", "helm", "promtool")


def fingerprint(programs: Iterable[Path] = ()) -> str:
    """A hash that changes when the gate, its libraries, or a program that it would use changes.

    Args:
        programs: programs that this run uses beside those on PATH and the Helms; a missing one is a state, too.
    """
    package = Path(str(files("chartgate")))
    sources = sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    what = [
        [(path.relative_to(package).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in sources],
        [(name, installed_version(name)) for name in LIBRARIES],
        [(name, _state(shutil.which(name))) for name in PROGRAMS],
        [(str(program), _state(shutil.which(str(program)))) for program in programs],
        [(release.version, is_at_hand(release.version)) for release in catalogue().helm],
        digests(),
        platform.python_version(),
    ]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def installed_version(package: str) -> str:
    """The version of an installed Python package; empty when it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _state(program: str | None) -> list[str | int]:
    if program is None:
        return []
    status = Path(program).stat()
    return [program, status.st_mtime_ns, status.st_size]
