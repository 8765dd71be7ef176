"""What the tests of the command line begin with: small charts, and what the JSON report of a run says."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MakeChart = Callable[[dict[str, str]], Path]

CHART = {
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: {{ .Values.a }}}\n",
    "templates/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hush-hush-hush}\n",
    "values.yaml": "a: b\n",
    "ci/x-values.yaml": "a: c\n",
}
VERSIONS = ["--helm", "4", "--kube", "1.37"]
"""The one Helm and the one Kubernetes of most runs: fewer renders take less time."""

TWO_SEVERITIES = {
    # No label: a warning. A key that a ConfigMap does not have: an error.
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\nextra: c\n",
}


def json_from(out: str) -> dict[str, Any]:
    """The JSON report on standard output."""
    data = json.loads(out)
    assert isinstance(data, dict)
    return data


def found_rules(out: str) -> set[tuple[str, str]]:
    """The rules with findings in the JSON report, each with its severity."""
    report = json_from(out)
    return {(f"{one['check']}/{one['rule']}", one["severity"]) for one in report["findings"]}


def notices_of(out: str) -> str:
    """The notices in the JSON report, a line each."""
    return "\n".join(json_from(out)["notices"])


def pack(chart: Path, archive: Path, prefix: str = "") -> str:
    """Packs a chart as `helm package` does; `prefix` stands before the names of its files."""
    with tarfile.open(archive, "w:gz") as ball:
        ball.add(chart, prefix + chart.name)
    return str(archive)
