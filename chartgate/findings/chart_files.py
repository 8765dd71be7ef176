"""Chart.yaml, Chart.lock and the folder charts/ say the same, and what Helm expects of them."""

import re
import zlib
from collections.abc import Iterator, Mapping
from os.path import relpath
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.findings import unread_values
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import WholeChart
from chartgate.tools.archives import members
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.values.chart import Chart

# Helm documentation, Charts, The Chart.yaml File.
_FIELDS = frozenset(
    {
        *("apiVersion", "name", "version", "kubeVersion", "description", "type", "keywords", "home", "sources"),
        *("dependencies", "maintainers", "icon", "appVersion", "deprecated", "annotations"),
    }
)
# Of apiVersion v1, whose dependencies are in requirements.yaml.
_OLD_FIELDS = frozenset({"engine", "tillerVersion", "condition", "tags"})


def judge(chart: Chart) -> Iterator[Fault]:
    """Faults of the files of a chart, whatever it renders."""
    yield from _repeated_keys(chart)
    metadata = chart.files.mapping("Chart.yaml")
    yield from _fields(metadata)
    yield from _kube_version(chart.files.kube_version)
    yield from _dependencies(chart, metadata)
    yield from unread_values.judge(chart)
    yield from _packed_checks(chart)


def _packed_checks(chart: Chart) -> Iterator[Fault]:
    for folder in chart.check_folders:
        inside = Path(relpath(folder.path, chart.folder)).as_posix()
        if any(name.startswith(f"{inside}/") for name in chart.files.contents):
            yield Fault(
                "packed-checks", "", "has checks of the settings, and Helm packs it with the chart", object=f"{inside}/"
            )


def _repeated_keys(chart: Chart) -> Iterator[Fault]:
    texts = {"values.yaml": chart.files.text("values.yaml")}
    texts |= {f"{case.name}-values.yaml": case.values[0] for case in chart.ci_cases}
    for name, text in texts.items():
        try:
            _, repeated = read_values(text)
        except yaml.YAMLError:
            continue  # told where the file is read
        for key, line in repeated:
            what = f"the key {key} appears again in the same mapping, and Helm takes the last one"
            yield Fault("repeated-key", f"line {line}", what, object=name)


def _fields(metadata: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("apiVersion", "name", "version"):
        if not metadata.get(field):
            yield Fault("field", field, "is missing", object="Chart.yaml")
    old = _OLD_FIELDS if metadata.get("apiVersion") == "v1" else frozenset()
    for field in sorted(metadata.keys() - _FIELDS - old):
        what = "is a field that Helm does not know"
        yield Fault("field", str(field), what, "correct its name, or move it to annotations", object="Chart.yaml")
    if metadata.get("type") not in {None, "", "application", "library"}:
        what = f"is {metadata['type']}"
        yield Fault("field", "type", what, "use application or library", object="Chart.yaml")
    version = metadata.get("appVersion")
    if isinstance(version, float):
        what = f"is a number, which Helm reads as {version:g}"
        yield Fault("app-version", "appVersion", what, object="Chart.yaml")


def _kube_version(constraint: str) -> Iterator[Fault]:
    """A fault where a bound has no pre-release: Masterminds/semver then refuses every version that has one.

    Clusters of cloud providers have such versions: v1.30.1-eks-1, v1.30.1-gke.1.
    """
    for alternative in constraint.split("||"):
        parts = re.findall(r"(?:[<>=!~^]+\s*)?v?[\d*xX][\w.*+-]*", alternative)
        if parts and not all("-" in part for part in parts if not re.match(r"!=|=(?![<>])", part)):
            what = f'"{constraint}" refuses versions such as v1.30.1-eks-1 and v1.30.1-gke.1 of managed clusters'
            yield Fault("kube-version", "kubeVersion", what, object="Chart.yaml")
            return


def _dependencies(chart: Chart, metadata: Mapping[str, Any]) -> Iterator[Fault]:
    files = chart.files
    old = metadata.get("apiVersion") == "v1"
    lock_name = "requirements.lock" if old else "Chart.lock"
    lock = files.dependencies(lock_name) if lock_name in files.contents else None
    wanted = files.dependencies("requirements.yaml" if old else "Chart.yaml")
    present = _subcharts(chart)
    for entry in wanted:
        name, version = str(entry.get("name")), str(entry.get("version") or "*")
        if lock is not None and not entry.get("alias") and str(entry.get("repository") or ""):
            locked = [str(one.get("version")) for one in lock if one.get("name") == name]
            if not any(satisfies(one, version) for one in locked):
                what = f"has {', '.join(locked) or 'no version'} of {name}, and Chart.yaml asks for {version}"
                yield Fault("lock", name, what, object=lock_name)
        here = present.get(name)
        if here and not any(satisfies(one, version) for one in here):
            what = f"has {', '.join(sorted(here))} of {name}, and Chart.yaml asks for {version}"
            yield Fault("lock", name, what, object="charts/")


def _subcharts(chart: Chart) -> dict[str, set[str]]:
    """The versions of each chart in charts/, folders and archives alike."""
    found: dict[str, set[str]] = {}
    files = chart.files
    for metadata in (*files.subcharts.values(), *(_packed(files.contents[name]) for name in files.packed_subcharts)):
        if metadata:
            found.setdefault(str(metadata.get("name")), set()).add(str(metadata.get("version")))
    return found


def _packed(archive: bytes) -> Mapping[str, Any] | None:
    try:
        texts = [text for name, text in members(archive, "*/Chart.yaml") if name.count("/") == 1]
        return next((data for text in texts if isinstance(data := yaml.safe_load(text), dict)), None)
    except (GateError, OSError, EOFError, zlib.error, yaml.YAMLError):
        return None  # Helm refuses it


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version fits a constraint, as Masterminds/semver reads it; True where the constraint is not understood.

    >>> satisfies("1.0.0", "2.x.x"), satisfies("2.3.4", "^2.1.0"), satisfies("1.9.0", ">=1.2 <2")
    (False, True, True)
    """
    return any(
        all(_holds(version, *part) for part in re.findall(r"([<>=!~^]*)\s*v?([\d*xX][\w.*+-]*)", alternative))
        for alternative in re.sub(r"(\S+)\s+-\s+(\S+)", r">=\1 <=\2", constraint).split("||")
    )


def _holds(version: str, operator: str, bound: str) -> bool:
    have, wild = _numbers(version), re.split(r"[-+]", bound)[0].split(".")
    numbers = [int(part) for part in wild if part.isdigit()]
    if len(have) < 3 or not numbers:
        return True
    same = have[: len(numbers)] == numbers
    full = numbers + [0] * (3 - len(numbers))
    match operator:
        case "" | "=" | "==":
            # A whole version has to be the same to its pre-release; 1.2 and 1.2.x are a range.
            return same and (len(numbers) < 3 or version.lstrip("v").split("+")[0] == bound.split("+")[0])
        case "!=":
            return not same
        case ">":
            return have > full and not (same and len(numbers) < 3)
        case ">=" | "=>":
            return have >= full
        case "<":
            return have < full
        case "<=" | "=<":
            return have <= full or same
        case "~" | "~>":
            return have >= full and have[: min(2, len(numbers))] == numbers[:2]
        case "^":
            fixed = next((index + 1 for index, part in enumerate(numbers) if part), len(numbers))
            return have >= full and have[:fixed] == full[:fixed]
        case _:
            return True


def _numbers(version: str) -> list[int]:
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return [int(part) for part in found.groups()] if found else []


CHECK = Check(
    key="chart",
    title="The chart's own files",
    why="Helm renders a chart whose Chart.yaml, Chart.lock and charts/ disagree, or that a managed cluster refuses.",
    source="Helm documentation, Charts; Masterminds/semver, Prerelease Versions",
    scopes=(WholeChart(judge),),
    rules={
        "kube-version": Rule(
            "kubeVersion refuses the versions of managed clusters, such as v1.30.1-eks-1",
            "add -0 to each version, as in >=1.25.0-0",
            "kubeVersion: '>=1.25.0'",
        ),
        "app-version": Rule(
            "appVersion is a number, so that 1.10 is read as 1.1",
            'write it in quotation marks, such as "1.10"',
            "appVersion: 1.10",
            severity="warning",
        ),
        "field": Rule(
            "a field of Chart.yaml is missing, or Helm does not know it",
            "add the field, or correct its name",
            "maintainer: somebody",
        ),
        "lock": Rule(
            "Chart.lock or charts/ does not have what Chart.yaml asks for",
            "run helm dependency update",
            "Chart.yaml asks for redis 2.x, and charts/ has redis-1.0.0.tgz",
        ),
        "packed-checks": Rule(
            "Helm packs a folder of checks with the chart",
            "list it in .helmignore, or move it out of the chart's folder",
            "checks: [checks], and no line checks/ in .helmignore",
            severity="warning",
        ),
        "repeated-key": Rule(
            "a key appears twice in one mapping of values.yaml or of a CI values file",
            "remove one of the two",
            "values.yaml has two keys named service",
            severity="warning",
        ),
        "unused-value": Rule(
            "no template reads a value of values.yaml or of a CI values file, so it has no effect",
            "remove the value, correct its name, or read it in a template",
            "service: {annotations: {}} in values.yaml, and no template reads .Values.service.annotations",
            severity="warning",
        ),
        "misspelt-value": Rule(
            "a template reads a value that is not in values.yaml, and values.yaml has a similar name",
            "write the same name in both places; if the template's name is right, add it to values.yaml",
            "{{ .Values.replicaCuont }}, and values.yaml has replicaCount",
        ),
    },
)
