"""The programs that chartgate is compared with, built once into the cache folder."""

import hashlib
from pathlib import Path

import yaml

from chartgate.tools.cache import cache_folder
from chartgate.tools.catalogue import GoModule
from chartgate.tools.go_programs import build, go_program
from chartgate.tools.progress import say

PINS = Path(__file__).with_name("pins.yaml")
ENGINE_LIMIT = Path(__file__).with_name("engine_limit")


def find_program(name: str) -> Path:
    """The program called `name` in `pins.yaml`.

    Raises:
        GateError: its source cannot be downloaded or is not the pinned one, or it does not build.
    """
    pin = yaml.safe_load(PINS.read_text(encoding="utf-8"))[name]
    return go_program(GoModule(pin["go"], pin["version"], pin["sum"]), pin["package"])


def engine_limit() -> Path:
    """The program in the folder `engine_limit`, which renders cases with Helm's module and reads the objects.

    Raises:
        GateError: a module that it needs cannot be downloaded, or it does not build.
    """
    sources = sorted(ENGINE_LIMIT.iterdir())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    program = cache_folder("go-programs", f"engine-limit-{digest[:16]}") / "engine-limit"
    if not program.exists():
        say("building engine-limit")
        build(ENGINE_LIMIT, ".", program)
    return program
