"""`fluent-bit --dry-run`, where the program is on PATH: it reads the files as it would in the pod."""

import os
import re
from collections.abc import Mapping, Sequence

from chartgate.findings.fluent_bit.classic import parse, variables_of
from chartgate.findings.program_on_path import ProgramOnPath
from chartgate.tools.cache import scratch_folder

FLUENT_BIT = ProgramOnPath("fluent-bit", "its configurations are checked by chartgate's own tables only")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def complaints(texts: Mapping[str, str], mount_paths: Sequence[str]) -> list[str]:
    """The lines that Fluent Bit prints against the files of a ConfigMap; empty if it accepts them or is not on PATH.

    `mount_paths` are the folders in which the files refer to each other.

    Raises:
        GateError: the program does not finish.
    """
    return FLUENT_BIT.complaints(
        [dict(texts), list(mount_paths)],
        lambda: [line for name in _mains(texts) for line in _ask(name, texts, mount_paths)],
    )


def _mains(texts: Mapping[str, str]) -> list[str]:
    """The files that Fluent Bit is started with, in contrast to those they refer to."""
    wanted = {"service", "input", "output"}
    return [key for key, text in texts.items() if wanted & {section.name for section in parse(text).sections}]


def _ask(main: str, texts: Mapping[str, str], mount_paths: Sequence[str]) -> list[str]:
    with scratch_folder() as folder:
        names = set()
        for name, text in texts.items():
            here = text
            for path in mount_paths:
                here = here.replace(f"{path.rstrip('/')}/", f"{folder}/")
            (folder / name).write_text(here, encoding="utf-8")
            names |= set(variables_of(text))
        # The values of the variables are not part of the configuration: any value will do.
        environment = {**dict.fromkeys(names, "1"), **os.environ}
        done = FLUENT_BIT.run("-c", str(folder / main), "--dry-run", env=environment)
    if done.returncode == 0:
        return []
    lines = [_COLOUR.sub("", line).strip() for line in done.stderr.replace(f"{folder}/", "").splitlines()]
    return [line for line in lines if "[error]" in line or line.startswith("Error")] or [f"exit code {done.returncode}"]
