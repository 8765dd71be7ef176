"""`promtool check rules`, where the program is on PATH: Prometheus' own parser reads the expressions."""

import json
import shutil
import subprocess
from functools import cache
from typing import Any

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.tools.cache import scratch_folder
from chartgate.tools.progress import say

PROGRAM = "promtool"
SECONDS = 60
# The keys that Prometheus itself knows; the operator's own stay out of the file.
_GROUP_KEYS = ("name", "interval", "rules", "limit", "labels")


def complaints(groups: list[dict[str, Any]]) -> list[str]:
    """What promtool says against the groups, a line each; empty when it accepts them or is not there.

    Raises:
        GateError: promtool does not finish.
    """
    version = _version()
    if not version:
        return []
    text = json.dumps({"groups": [{key: group[key] for key in _GROUP_KEYS if key in group} for group in groups]})
    key = store.key_of(PROGRAM, version, text)
    answer = store.load(PROGRAM, key, list[str])
    if answer is None:
        answer = _ask(text)
        store.save(PROGRAM, key, answer)
    return answer


@cache
def _version() -> str:
    """The first line of `promtool --version`; empty, and said so once, when there is no such program."""
    if not shutil.which(PROGRAM):
        say("promtool is not on PATH: expressions of Prometheus rules are checked for closed brackets only")
        return ""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=SECONDS, check=False)
    return (done.stdout or done.stderr).partition("\n")[0]


def _ask(text: str) -> list[str]:
    with scratch_folder() as folder:
        path = folder / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run(
                [PROGRAM, "check", "rules", str(path)], capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"promtool did not finish in {SECONDS} s: look at the machine's load") from error
    if done.returncode == 0:
        return []
    lines = [line.replace(f"{path}: ", "").strip() for line in done.stderr.splitlines()]
    return [line for line in lines if line and line != "FAILED:"] or [f"exit code {done.returncode}"]
