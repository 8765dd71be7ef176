"""The suites of helm-unittest in a chart's folder, and the renders that they make.

Source: DOCUMENT.md of helm-unittest, "Testing Document"; pkg/unittest/deep_copy.go in its repository. What Helm's
library cannot be told is left out of the renders: whether the release is an upgrade, objects of the cluster, and
another version of the chart.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case
from chartgate.values.ci_cases import values_text

RELEASE, NAMESPACE = "RELEASE-NAME", "NAMESPACE"
"""What helm-unittest calls a release and a namespace that a suite does not name."""
_UNTOLD = ("chart", "kubernetesProvider", "postRenderer")
_UNTOLD_OF_RELEASE = ("upgrade", "revision")


@dataclass(frozen=True)
class UnittestJob:
    """A test of a suite.

    Args:
        case: what it renders.
        rendered: the names of the templates that are rendered beside partials, with `*` for any text; none for all.
        asserted: those of them about which the test asserts something; none for all.
        is_whole: whether the case has all that the render depends on.
    """

    case: Case
    rendered: tuple[str, ...]
    asserted: tuple[str, ...]
    is_whole: bool

    def renders(self, template: str) -> bool:
        """Whether a template is rendered, or a partial."""
        return template.rpartition("/")[2].startswith("_") or _is_named(template, self.rendered)

    def asserts(self, template: str) -> bool:
        """Whether the test asserts something about a template."""
        return _is_named(template, self.asserted)


def suite_files(folder: Path, patterns: Sequence[str]) -> dict[str, Path]:
    """The files of suites, by their path in the chart's folder, in a fixed order.

    Args:
        folder: the chart's folder.
        patterns: of the paths in the folder, as helm-unittest takes them.

    Raises:
        GateError: a pattern leads out of the folder.
    """
    found: dict[str, Path] = {}
    for pattern in patterns:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts or not pattern:
            raise GateError(f"{pattern or 'an empty pattern'}: name suites by a path within the folder of the chart")
        found |= {path.relative_to(folder).as_posix(): path for path in folder.glob(pattern) if path.is_file()}
    return dict(sorted(found.items()))


def unittest_cases(folder: Path, patterns: Sequence[str], reading: Reading) -> list[Case]:
    """A case a test, in the order of the files.

    Args:
        patterns: of the files, as `suite_files` takes them.

    Raises:
        GateError: a suite or a values file of it cannot be read, or as `suite_files`.
    """
    return [job.case for name in suite_files(folder, patterns) for job in unittest_jobs(folder, name, reading)]


def unittest_jobs(folder: Path, suite: str, reading: Reading) -> list[UnittestJob]:
    """The tests of a suite.

    Args:
        suite: its file, relative to the chart's folder.

    Raises:
        GateError: the suite or a values file of it cannot be read.
    """
    path = folder / suite
    try:
        documents = read_all(reading.text(path) or "")
    except yaml.YAMLError as error:
        raise GateError(f"{shown(path)}: cannot be read as YAML: {error}") from error
    return [
        _job(path, suite, document, test, reading)
        for document in documents
        if isinstance(document, Mapping)
        for test in _list(document.get("tests"))
        if isinstance(test, Mapping)
    ]


def _job(path: Path, name: str, suite: Mapping[str, Any], test: Mapping[str, Any], reading: Reading) -> UnittestJob:
    rendered = _names(suite.get("templates"))
    untold = [part.get(key) for part in (suite, test) for key in _UNTOLD]
    untold += [_mapping(part.get("release")).get(key) for part in (suite, test) for key in _UNTOLD_OF_RELEASE]
    return UnittestJob(
        _case(path, name, suite, test, reading),
        rendered,
        tuple(dict.fromkeys(_asserted(test, rendered))),
        not any(untold),
    )


def _asserted(test: Mapping[str, Any], rendered: Sequence[str]) -> Iterator[str]:
    """The templates that the assertions of a test are about; nothing if one of them is about all."""
    own = _names(test.get("templates")) or _names([test.get("template")]) or tuple(rendered)
    each = [_names([_mapping(one).get("template")]) or own for one in _list(test.get("asserts"))]
    if all(each):
        yield from (name for names in each for name in names)


def _case(path: Path, name: str, suite: Mapping[str, Any], test: Mapping[str, Any], reading: Reading) -> Case:
    files = [path.parent / file for part in (suite, test) for file in _names(part.get("values"))]
    given = {**_mapping(suite.get("set")), **_mapping(test.get("set"))}
    release = {**_mapping(suite.get("release")), **_mapping(test.get("release"))}
    cluster = {**_mapping(suite.get("capabilities")), **_mapping(test.get("capabilities"))}
    version = ".".join(str(cluster[part]) for part in ("majorVersion", "minorVersion") if cluster.get(part))
    return Case(
        f"{name}: {test.get('it', '')}",
        values=tuple(values_text(file, reading) for file in files),
        sets=tuple(word for key, value in given.items() for word in ("--set-json", f"{key}={json.dumps(value)}")),
        release=str(release.get("name", RELEASE)),
        namespace=str(release.get("namespace", NAMESPACE)),
        kubernetes=version if "." in version else None,
        api_versions=tuple(map(str, _list(cluster.get("apiVersions")))),
    )


def _is_named(template: str, names: Sequence[str]) -> bool:
    """Whether one of the names means a template: a name stands for each path that contains it after `templates/`."""
    wanted = (name if name.startswith(("templates", "charts", "crds", "**")) else f"templates/{name}" for name in names)
    return not names or any(re.search(re.escape(name).replace(r"\*", ".*"), template) for name in wanted)


def _names(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in _list(value) if one)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
