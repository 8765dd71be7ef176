"""The programs that chartgate is compared with, built once into the cache folder."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder, scratch_folder, write_whole
from chartgate.tools.catalogue import GoModule
from chartgate.tools.download import fetch_module
from chartgate.tools.progress import say

PINS = Path(__file__).with_name("pins.yaml")
BUILD_SECONDS = 1800


def find_program(name: str) -> Path:
    """The program called `name` in `pins.yaml`.

    Raises:
        GateError: its source cannot be downloaded or is not the pinned one, there is no Go, or it does not build.
    """
    pin = yaml.safe_load(PINS.read_text(encoding="utf-8"))[name]
    module = GoModule(pin["go"], pin["version"], pin["sum"])
    program = cache_folder("benchmarks", f"{name}-{module.version}") / name
    if not program.exists():
        with scratch_folder() as folder:
            write_whole(program, _built(module, pin["package"], folder).read_bytes(), mode=0o755)
    return program


def _built(module: GoModule, package: str, folder: Path) -> Path:
    # Not `go install`: it refuses a module that replaces another, as helm-unittest does.
    go = shutil.which("go")
    if go is None:
        raise GateError(f"{module.name} has to be built, and there is no go on PATH: install Go 1.26 or later")
    with zipfile.ZipFile(io.BytesIO(fetch_module(module))) as bundle:
        bundle.extractall(folder)
    say(f"building {module.name} {module.version}, which takes minutes")
    done = subprocess.run(
        [go, "build", "-p", "2", "-mod=readonly", "-trimpath", "-o", str(folder / "program"), package],
        cwd=folder / f"{module.name}@{module.version}",
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise GateError(f"{module.name} {module.version} does not build: {done.stderr.strip()[-2000:]}")
    return folder / "program"
