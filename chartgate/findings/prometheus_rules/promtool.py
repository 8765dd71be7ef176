"""`promtool check rules`, where the program is on PATH: Prometheus' own parser reads the expressions."""

import json
from typing import Any

from chartgate.findings.program_on_path import ProgramOnPath
from chartgate.tools.cache import scratch_folder

PROMTOOL = ProgramOnPath("promtool", "expressions of Prometheus rules are checked for closed brackets only")
# The keys that Prometheus itself knows; the operator's own stay out of the file.
_GROUP_KEYS = ("name", "interval", "rules", "limit", "labels")


def complaints(groups: list[dict[str, Any]]) -> list[str]:
    """The lines that promtool prints against the groups; empty if it accepts them or is not on PATH.

    Raises:
        GateError: promtool does not finish.
    """
    text = json.dumps({"groups": [{key: group[key] for key in _GROUP_KEYS if key in group} for group in groups]})
    return PROMTOOL.complaints(text, lambda: _ask(text))


def _ask(text: str) -> list[str]:
    with scratch_folder() as folder:
        path = folder / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        done = PROMTOOL.run("check", "rules", str(path))
    if done.returncode == 0:
        return []
    lines = [line.replace(f"{path}: ", "").strip() for line in done.stderr.splitlines()]
    return [line for line in lines if line and line != "FAILED:"] or [f"exit code {done.returncode}"]
