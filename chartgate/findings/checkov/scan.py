"""checkov asked about objects, and its answers kept by content, so that it is asked about each object once."""

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from chartgate.errors import GateError
from chartgate.findings.checkov.relations import related_kinds
from chartgate.releases import store
from chartgate.tools.cache import cache_folder, scratch_folder
from chartgate.tools.child_process import run_to_end
from chartgate.tools.progress import say
from chartgate.values.check_folders import CheckFolder

KIND = "checkov-judgements"
CHECKOV_SECONDS = 600
MANY = 10
"""Objects that are told of: shrinking asks about a few again and again."""
_WORKER = Path(__file__).with_name("worker.py")
# Whatever else is set may switch a policy off (HELM_NAMESPACE, CHECKOV_…) or have something sent somewhere (BC_…).
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL")

Unit = tuple[str, ...]
"""Objects to be judged together, each a JSON text."""


class Failure(TypedDict):
    """A policy that an object does not meet; `keys` are the paths in the object that checkov says it looked at."""

    check: str
    keys: list[str]
    what: str
    remedy: str


class Judgement(TypedDict):
    """What checkov says of one object: how many policies it has for it, and which of them fail.

    `broken` names the error that the object's shape causes in checkov; empty when it can be read.
    """

    policies: int
    failures: list[Failure]
    broken: str


def scan(units: Collection[Unit], external: Sequence[CheckFolder] = ()) -> dict[Unit, list[Judgement]]:
    """A judgement an object, in the unit's order. checkov is not even started when all units are known.

    Args:
        external: folders of checks beside those that checkov has.

    Raises:
        GateError: checkov fails, or has no policies.
    """
    asked = f"{importlib.metadata.version('checkov')} {_WORKER.read_text(encoding='utf-8')}"
    asked = " ".join((asked, *(folder.digest for folder in external)))
    keys = {unit: hashlib.sha256("\n".join((asked, *unit)).encode()).hexdigest() for unit in units}
    known = _known()
    unknown = sorted(unit for unit in units if keys[unit] not in known)
    if unknown:
        texts = {text for unit in unknown for text in unit}
        if len(texts) >= MANY:
            say(f"checkov looks at {len(texts)} distinct objects")
        new = dict(zip((keys[unit] for unit in unknown), _ask(unknown, external), strict=True))
        store.save(KIND, store.key_of(sorted(new)), new)
        known.update(new)
    return {unit: known[key] for unit, key in keys.items()}


def _known() -> dict[str, list[Judgement]]:
    """Every judgement kept, by key: each file holds those of one run. A file that cannot be read is as good as none."""
    store.forget_old(KIND)
    known: dict[str, list[Judgement]] = {}
    for path in cache_folder(KIND).glob("*.json"):
        known.update(store.load(KIND, path.stem, dict[str, list[Judgement]]) or {})
    return known


def _ask(units: Sequence[Unit], external: Sequence[CheckFolder]) -> list[list[Judgement]]:
    lines = "".join(f"[{','.join(unit)}]\n" for unit in units)
    folders = [str(one.path.absolute()) for one in external]
    with scratch_folder() as folder:
        try:
            # Isolated (-I): a module of the working folder must not stand in for one of checkov's dependencies.
            done = run_to_end(
                [
                    sys.executable,
                    "-I",
                    "-W",
                    "ignore",
                    str(_WORKER),
                    *sorted(related_kinds(external)),
                    "--",
                    *folders,
                ],
                folder=folder,
                environment=_environment(folder),
                text=lines,
                seconds=CHECKOV_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"checkov did not finish in {CHECKOV_SECONDS} s: look at the machine's load") from error
    answers = done.stdout.splitlines()
    if done.returncode or len(answers) != len(units):
        raise GateError(
            f"checkov failed (exit code {done.returncode}) and judged {len(answers)} of {len(units)}: "
            f"{done.stderr.strip()[-2000:] or 'it says nothing'}"
        )
    return [_judgements(unit, json.loads(answer)) for unit, answer in zip(units, answers, strict=True)]


def _judgements(unit: Unit, answer: Sequence[Mapping[str, Any]]) -> list[Judgement]:
    if len(answer) != len(unit):
        raise GateError(f"checkov judged {len(answer)} of {len(unit)} objects that belong together")
    return [Judgement(policies=one["policies"], failures=list(one["failures"]), broken=one["broken"]) for one in answer]


def _environment(folder: Path) -> dict[str, str]:
    """No settings of the user's may switch a policy off, and nothing may be sent anywhere."""
    kept = {key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ}
    # Left to itself, checkov forks a process a file, which takes ten times as long as all policies on all files.
    return {**kept, "CHECKOV_PARALLELIZATION_TYPE": "none", "HOME": str(folder), "LOG_LEVEL": "ERROR"}
