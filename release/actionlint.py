"""Lints the workflows with actionlint: `python -m release.actionlint`. Its pin is in `actionlint.yaml`."""

import subprocess
import sys
from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.catalogue import GoModule
from chartgate.tools.go_programs import go_program

PIN = Path(__file__).with_name("actionlint.yaml")
WORKFLOWS = PIN.parent.parent / ".github" / "workflows"


def main() -> int:
    """actionlint's exit code; 2 when it cannot be built."""
    pin = yaml.safe_load(PIN.read_text(encoding="utf-8"))
    try:
        program = go_program(GoModule(pin["go"], pin["version"], pin["sum"]), pin["package"])
    except GateError as error:
        print(f"actionlint: {error}", file=sys.stderr)
        return 2
    # Programs that the machine may have, and that would find more or less there, take no part.
    options = ["-shellcheck=", "-pyflakes="]
    return subprocess.run([str(program), *options, *map(str, sorted(WORKFLOWS.glob("*.yaml")))], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
