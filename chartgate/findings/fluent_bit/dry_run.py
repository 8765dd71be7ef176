"""`fluent-bit --dry-run`, where the program is on PATH: it reads the files as it would in the pod."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

from chartgate.errors import GateError
from chartgate.findings.fluent_bit.classic import parse, variables_of
from chartgate.releases import store
from chartgate.tools.cache import scratch_folder
from chartgate.tools.progress import say

PROGRAM = "fluent-bit"
SECONDS = 60
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def complaints(texts: Mapping[str, str], mount_paths: Sequence[str]) -> list[str]:
    """What the program says against the files of a ConfigMap; empty when it accepts them or is not there.

    `mount_paths` are the folders in which the files refer to each other.

    Raises:
        GateError: the program does not finish.
    """
    version = _version()
    if not version:
        return []
    key = store.key_of(PROGRAM, version, dict(texts), list(mount_paths))
    answer = store.load(PROGRAM, key, list[str])
    if answer is None:
        answer = [line for name in _mains(texts) for line in _ask(name, texts, mount_paths)]
        store.save(PROGRAM, key, answer)
    return answer


def _mains(texts: Mapping[str, str]) -> list[str]:
    """The files that Fluent Bit is started with, in contrast to those they refer to."""
    wanted = {"service", "input", "output"}
    return [key for key, text in texts.items() if wanted & {section.name for section in parse(text).sections}]


@cache
def _version() -> str:
    """The first line of `fluent-bit --version`; empty, and said so once, when there is no such program."""
    if not shutil.which(PROGRAM):
        say("fluent-bit is not on PATH: its configurations are checked by chartgate's own tables only")
        return ""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=SECONDS, check=False)
    return done.stdout.partition("\n")[0] or PROGRAM


def _ask(main: str, texts: Mapping[str, str], mount_paths: Sequence[str]) -> list[str]:
    with scratch_folder() as folder:
        names = set()
        for name, text in texts.items():
            here = text
            for path in mount_paths:
                here = here.replace(f"{path.rstrip('/')}/", f"{folder}/")
            (folder / name).write_text(here, encoding="utf-8")
            names |= set(variables_of(text))
        try:
            done = subprocess.run(
                [PROGRAM, "-c", str(folder / main), "--dry-run"],
                # Any value will do: what the variables hold is not the configuration's matter.
                env={**dict.fromkeys(names, "1"), **os.environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"fluent-bit did not finish in {SECONDS} s: look at the machine's load") from error
    if done.returncode == 0:
        return []
    lines = [_COLOUR.sub("", line).strip() for line in done.stderr.replace(f"{folder}/", "").splitlines()]
    return [line for line in lines if "[error]" in line or line.startswith("Error")] or [f"exit code {done.returncode}"]
