"""checkov's Kubernetes policies, every one of them on, over all distinct objects.

checkov needs seconds to start whatever it scans, so it scans many objects at once, and its answer is kept by content.
"""

import importlib.metadata
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.findings.finding import Check, Finding, Verdict
from chartgate.releases import store
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.releases.selectors import selects
from chartgate.tools.cache import scratch_folder
from chartgate.tools.progress import say

KEY = "checkov"
CHECKOV_SECONDS = 600
LACKS_POLICY = "CKV2_K8S_6"
PART = 200
ROLE_KINDS = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Scan each distinct object once and map what checkov says back to the renders.

    Raises:
        GateError: checkov fails, or it scanned nothing.
    """
    texts = {id(obj): _text(obj) for rendered in renders for obj in rendered.release}
    distinct = sorted(set(texts.values()))
    if not distinct:
        return [Verdict(rendered, 0, ()) for rendered in renders]
    failed = _scan(distinct)
    verdicts = []
    for rendered in renders:
        found = [
            Finding(KEY, failure["check"], obj.ref, failure["where"], failure["what"], failure["remedy"])
            for obj in rendered.release
            for failure in failed.get(texts[id(obj)], ())
            if failure["check"] != LACKS_POLICY
        ]
        found += _unguarded_pods(rendered.release)
        verdicts.append(Verdict(rendered, len(rendered.release), tuple(found)))
    return verdicts


def _unguarded_pods(release: Release) -> list[Finding]:
    """The policy CKV2_K8S_6, release by release: checkov sees all cases at once and would take another case's guard."""
    guards = release.of_kind("NetworkPolicy")
    return [
        Finding(KEY, LACKS_POLICY, pod.ref, "object", "no NetworkPolicy selects the pods", "add one to the chart")
        for pod in release.workloads()
        if not any(
            guard.namespace == pod.namespace and selects(guard.spec.get("podSelector") or {}, pod.pod_labels)
            for guard in guards
        )
    ]


def _text(obj: KubeObject) -> str:
    """The object as checkov gets it: in its namespace, without Secret data and checksums, which no policy reads.

    Generated secrets differ in every render; without them equal objects are one.
    """
    manifest = json.loads(json.dumps(obj.manifest))
    manifest["metadata"]["namespace"] = obj.namespace
    if obj.kind == "Secret":
        for part in ("data", "stringData"):
            manifest[part] = dict.fromkeys(manifest.get(part) or (), "")
    template = (manifest.get("spec") or {}).get("template") or {}
    annotations = (template.get("metadata") or {}).get("annotations") or {} if isinstance(template, dict) else {}
    for key in [key for key in annotations if key.startswith("checksum/")]:
        annotations[key] = ""
    return json.dumps(manifest, sort_keys=True)


def _scan(texts: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """What fails for each text."""
    key = store.key_of(KEY, importlib.metadata.version("checkov"), list(texts))
    answer = store.load(KEY, key)
    if answer is None:
        say(f"checkov looks at {len(texts)} distinct objects")
        answer = _run_in_parts(texts)
        store.save(KEY, key, answer)
    failed: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for failure in answer:
        failed[texts[failure["index"]]].append(failure)
    return failed


def _run_in_parts(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What fails, by the index in `texts`.

    checkov looks for relations between all objects it gets at once, which takes time by the square of their number. The
    only ones it judges by, other than `LACKS_POLICY`, are those of roles, so every part has all of these.
    """
    roles = [index for index, text in enumerate(texts) if json.loads(text)["kind"] in ROLE_KINDS]
    others = sorted(set(range(len(texts))) - set(roles))
    # Every so many, not one after another: the texts are sorted, and a part of one kind may be nothing to checkov.
    count = max(1, -(-len(others) // PART))
    parts = [roles + others[start::count] for start in range(count)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = list(pool.map(lambda part: _run([texts[index] for index in part]), parts))
    found = [
        {**failure, "index": part[failure["index"]]}
        for part, answer in zip(parts, answers, strict=True)
        for failure in answer
    ]
    return [failure for number, failure in enumerate(found) if failure not in found[:number]] if roles else found


def _run(texts: Sequence[str]) -> list[dict[str, Any]]:
    with scratch_folder() as folder:
        for index, text in enumerate(texts):
            (folder / f"{index}.json").write_text(text, encoding="utf-8")
        # Isolated (-I): a module of the working folder must not stand in for one of checkov's dependencies.
        command = [sys.executable, "-I", "-m", "checkov.main", "--directory", str(folder), "--framework", "kubernetes"]
        try:
            done = subprocess.run(
                [*command, "--output", "json", "--skip-download", "--compact", "--quiet"],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=CHECKOV_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"checkov did not finish in {CHECKOV_SECONDS} s: look at the machine's load") from error
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        raise GateError(f"checkov failed (exit code {done.returncode}): {done.stderr.strip()[-2000:]}") from error
    summary = report.get("summary") or {}
    if not summary.get("resource_count") or summary.get("parsing_errors"):
        raise GateError(
            f"checkov scanned {summary.get('resource_count', 0)} resources and could not read "
            f"{summary.get('parsing_errors', 0)}, of {len(texts)} objects: run it by hand on what helm template prints"
        )
    return [_failure(check) for check in report["results"]["failed_checks"]]


def _failure(check: Mapping[str, Any]) -> dict[str, Any]:
    keys = (check.get("check_result") or {}).get("evaluated_keys") or []
    return {
        "index": int(Path(check["file_path"]).stem),
        "check": check["check_id"],
        "where": ", ".join(keys) or "object",
        "what": check["check_name"],
        "remedy": check.get("guideline") or "see checkov's documentation of this policy",
    }


def _environment(folder: Path) -> dict[str, str]:
    """No settings of the user's may switch a policy off, and nothing may be sent anywhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CKV_", "CHECKOV_", "BC_"))}
    # Left to itself, checkov forks a process a file, which takes ten times as long as all policies on all files.
    alone = {"CHECKOV_PARALLELIZATION_TYPE": "none"}
    return {**kept, **alone, "HOME": str(folder), "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}


CHECK = Check(
    key=KEY,
    title="checkov's Kubernetes policies",
    why="They collect what security reviews of Kubernetes objects ask for.",
    remedy="set what the policy asks for, or accept the finding in chartgate.yaml with the reason",
    source="checkov, framework kubernetes",
    examine=examine,
)
