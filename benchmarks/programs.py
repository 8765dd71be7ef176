"""The programs that chartgate is compared with, built once into the cache folder."""

from pathlib import Path

import yaml

from chartgate.tools.catalogue import GoModule
from chartgate.tools.go_programs import go_program

PINS = Path(__file__).with_name("pins.yaml")


def find_program(name: str) -> Path:
    """The program called `name` in `pins.yaml`.

    Raises:
        GateError: its source cannot be downloaded or is not the pinned one, or it does not build.
    """
    pin = yaml.safe_load(PINS.read_text(encoding="utf-8"))[name]
    return go_program(GoModule(pin["go"], pin["version"], pin["sum"]), pin["package"])
