"""The renders that suites of helm-unittest make: `tests/*_test.yaml` in the chart's folder.

Source: DOCUMENT.md of helm-unittest, "Testing Document". What Helm's library cannot be told is left out: whether the
release is an upgrade, objects of the cluster, and another version of the chart.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case
from chartgate.values.ci_cases import values_text

PATTERN = "tests/*_test.yaml"
RELEASE, NAMESPACE = "RELEASE-NAME", "NAMESPACE"
"""What helm-unittest calls a release and a namespace that a suite does not name."""


def unittest_cases(folder: Path, reading: Reading) -> list[Case]:
    """A case a test, in the order of the files.

    Raises:
        GateError: a suite or a values file of it cannot be read.
    """
    return [case for path in sorted(folder.glob(PATTERN)) for case in _suites(path, reading)]


def _suites(path: Path, reading: Reading) -> Iterator[Case]:
    try:
        suites = read_all(reading.text(path) or "")
    except yaml.YAMLError as error:
        raise GateError(f"{shown(path)}: cannot be read as YAML: {error}") from error
    for suite in suites:
        tests = suite.get("tests") if isinstance(suite, Mapping) else None
        for test in tests if isinstance(tests, list) else ():
            if isinstance(test, Mapping):
                yield _case(path, suite, test, reading)


def _case(path: Path, suite: Mapping[str, Any], test: Mapping[str, Any], reading: Reading) -> Case:
    files = [path.parent / str(name) for part in (suite, test) for name in _list(part.get("values"))]
    given = {**_mapping(suite.get("set")), **_mapping(test.get("set"))}
    release = {**_mapping(suite.get("release")), **_mapping(test.get("release"))}
    cluster = {**_mapping(suite.get("capabilities")), **_mapping(test.get("capabilities"))}
    version = ".".join(str(cluster[part]) for part in ("majorVersion", "minorVersion") if cluster.get(part))
    return Case(
        f"{path.name}: {test.get('it', '')}",
        values=tuple(values_text(file, reading) for file in files),
        sets=tuple(word for key, value in given.items() for word in ("--set-json", f"{key}={json.dumps(value)}")),
        release=str(release.get("name", RELEASE)),
        namespace=str(release.get("namespace", NAMESPACE)),
        kubernetes=version if "." in version else None,
        api_versions=tuple(map(str, _list(cluster.get("apiVersions")))),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
