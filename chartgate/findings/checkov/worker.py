"""A program of its own, run by scan.py: lists of objects from standard input, checkov's judgements to standard output.

A line holds, as JSON, objects to be judged together; its answer, a line as well, holds a judgement for each. The
arguments are the kinds that have to be judged with their relations and, after --, folders of external checks. This is
the only file that imports checkov, and of checkov only its Kubernetes framework: a start of 1 s in place of the 5 s of
checkov's own command.
"""

import gc
import json
import logging
import os
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

# checkov has thousands of modules, and all of them stay. To look for what can go takes a third of the start.
gc.disable()

from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.models.enums import CheckResult
from checkov.common.util.consts import END_LINE, START_LINE
from checkov.kubernetes.checks.resource.registry import registry
from checkov.kubernetes.kubernetes_utils import get_skipped_checks
from checkov.kubernetes.runner import Runner
from checkov.runner_filter import RunnerFilter

# What policies raise at an object of a shape that they do not foresee; anything else ends the program.
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
EVERY_POLICY = RunnerFilter(framework=["kubernetes"], show_progress_bar=False)
SEE = "see checkov's documentation of this policy"

Manifest = dict[str, Any]
Judgement = dict[str, Any]


def main(related: Collection[str], external: Iterable[str] = ()) -> int:
    """Answer line by line until the input ends; exit code 1 when checkov lacks or cannot load policies."""
    gc.freeze()
    gc.enable()
    # Whatever checkov itself prints goes to standard error.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        relations = get_graph_checks_registry(Runner.check_type)
        relations.load_checks()
        complaints = _Complaints()
        logging.getLogger().addHandler(complaints)
        sys.dont_write_bytecode = True  # in folders of the user's
        for folder in external:
            registry.load_external_checks(folder)
            relations.load_external_checks(folder)
        logging.getLogger().removeHandler(complaints)
        if complaints.texts:
            sys.stderr.write("\n".join(complaints.texts))
            return 1
        if not registry.checks or not relations.checks:
            sys.stderr.write("its Kubernetes framework has no policies: install another version of checkov")
            return 1
        for line in sys.stdin:
            objects = json.loads(line, object_hook=_as_if_parsed)
            judgements = list(map(_judged, objects))
            if "all" in related or any(obj.get("kind") in related for obj in objects):
                _add_relations(judgements, json.loads(line), {policy.id for policy in relations.checks})
            answers.write(json.dumps(judgements) + "\n")
    return 0


class _Complaints(logging.Handler):
    """Keeps what checkov logs of external checks that it cannot load: it would go on without them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        self.texts.append(f"{record.getMessage()}: {type(cause).__name__}: {cause}")


def _judged(manifest: Manifest) -> Judgement:
    """What the policies on single objects say, asked as checkov's runner asks them.

    Its runner also passes over objects with names of a template's look ("a#b") without a word; here they are judged.
    """
    kind = str(manifest.get("kind"))
    judgement: Judgement = {"policies": len(registry.get_checks(kind)), "failures": [], "broken": ""}
    try:
        results = registry.scan("object.json", manifest, get_skipped_checks(manifest), EVERY_POLICY)
    except MISSHAPEN as error:
        return {**judgement, "broken": type(error).__name__}
    judgement["failures"] = [
        _failure(check.id, check.name, result["evaluated_keys"], check.guideline)
        for check, result in results.items()
        if result["result"] == CheckResult.FAILED
    ]
    return judgement


def _add_relations(judgements: Sequence[Judgement], manifests: Sequence[Manifest], policies: Collection[str]) -> None:
    """Add what the policies on relations say, by checkov's own way through files and its graph."""
    with tempfile.TemporaryDirectory() as folder:
        for index, manifest in enumerate(manifests):
            Path(folder, f"{index}.json").write_text(json.dumps(manifest), encoding="utf-8")
        try:
            report = Runner().run(folder, runner_filter=EVERY_POLICY)
        except MISSHAPEN as error:
            for judgement in judgements:
                judgement["broken"] = judgement["broken"] or type(error).__name__
            return
    records = [record for part in (report if isinstance(report, list) else [report]) for record in part.failed_checks]
    for record in records:
        if record.check_id in policies:
            # A set to checkov, whose order is another each time.
            keys = sorted(record.check_result["evaluated_keys"])
            failure = _failure(record.check_id, record.check_name, keys, record.guideline)
            judgements[int(Path(record.file_path).stem)]["failures"].append(failure)


def _failure(check: str, name: str, keys: Iterable[str], guideline: str | None) -> dict[str, Any]:
    # Some policies name a key once more for each object that they have seen.
    return {"check": check, "keys": list(dict.fromkeys(keys)), "what": name, "remedy": guideline or SEE}


def _as_if_parsed(mapping: Manifest) -> Manifest:
    """With the line numbers that checkov's parser puts into every mapping, and that policies take for granted."""
    return {**mapping, START_LINE: 0, END_LINE: 0}


if __name__ == "__main__":
    end = sys.argv.index("--")
    sys.exit(main(sys.argv[1:end], sys.argv[end + 1 :]))
