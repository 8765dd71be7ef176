"""The chart's own `chartgate.yaml`, as the gate works with it; `settings_file.py` documents every key."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import UNSET, structs

from chartgate.errors import GateError
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.models import parsed
from chartgate.tools.reading import Reading, shown
from chartgate.tools.schemas import known_versions
from chartgate.tools.version_ranges import in_range
from chartgate.values.settings_file import AcceptedFinding, Declaration, SettingsFile, Survivor, Unreachable

FILE_NAME = "chartgate.yaml"
DEFAULT_HELM = ("3", "4")
OLD_HELM = "3.2.4"
"""Rendered with by default where the chart supports a Kubernetes of its time: it cannot be told a version."""
OLD_KUBERNETES = (1, 19)
SUPPORTED_BY_UPSTREAM = 3
"""The newest minor versions that Kubernetes maintains (Kubernetes documentation, Version Skew Policy)."""


@dataclass(frozen=True)
class Settings:
    """How the gate looks at one chart. `documents` are existing files; `documents_named` tells whether chartgate.yaml
    names them, so that each of their examples has to work. `schemas` are files or folders that describe kinds,
    `policies` those of policies, `checks` and `checkov_checks` folders of checks. `source` is the settings file's name.

    Cases land in a namespace of their own by default, as an application should.
    """

    helm: tuple[str, ...] = DEFAULT_HELM
    kubernetes: tuple[str, ...] = field(default_factory=lambda: supported_kubernetes(""))
    api_versions: tuple[str, ...] = ()
    documents: tuple[Path, ...] = ()
    documents_named: bool = False
    release: str = "release"
    namespace: str = "apps"
    outside: tuple[Declaration, ...] = ()
    absent: tuple[Declaration, ...] = ()
    exceptions: tuple[AcceptedFinding, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    schemas: tuple[Path, ...] = ()
    checks: tuple[Path, ...] = ()
    checkov_checks: tuple[Path, ...] = ()
    policies: tuple[Path, ...] = ()
    source: str = FILE_NAME

    def with_versions(self, *, helm: tuple[str, ...] = (), kubernetes: tuple[str, ...] = ()) -> "Settings":
        """The same, with the versions that the command line names in place of the file's."""
        return replace(self, helm=helm or self.helm, kubernetes=kubernetes or self.kubernetes)

    def of_check(self, check: str) -> "Settings":
        """The same with the exceptions about one check alone, for a command that looks for nothing else."""
        own = tuple(one for one in self.exceptions if one.check == check)
        return replace(self, exceptions=own, outside=(), absent=())

    def without_checks(self, checks: Collection[str]) -> "Settings":
        """The same without the exceptions about these checks."""
        return replace(self, exceptions=tuple(one for one in self.exceptions if one.check not in checks))


def read_settings(files: ChartFiles, reading: Reading, named: Path | None = None) -> Settings:
    """The settings of a chart; the defaults when it has no `chartgate.yaml`.

    Args:
        named: a file in place of the chart's own. The paths in it start at its folder.

    Raises:
        GateError: the file is not YAML, breaks its schema, or names a document that does not exist; or there is no file
            of the name that the user gave.
    """
    path = named or files.folder / FILE_NAME
    content = reading.content(path, may_be_pipe=named is not None)
    if named and content is None:
        raise GateError(f"{shown(path)}: there is no such file: name a settings file")
    file = SettingsFile() if content is None else parsed(content, path, SettingsFile)
    found = _documents_there(files.folder / "README.md", reading)
    documents = found if file.documents is UNSET else [path.parent / document for document in file.documents]
    for document in documents:
        if reading.content(document) is None:
            raise GateError(f"{path}: documents: {document}: there is no such file: correct the path or remove it")
    kubernetes = supported_kubernetes(files.kube_version) if file.kubernetes is UNSET else tuple(file.kubernetes)
    old = min(version_key(version) for version in kubernetes) <= OLD_KUBERNETES
    helm = (*((OLD_HELM,) if old else ()), *DEFAULT_HELM) if file.helm is UNSET else tuple(file.helm)
    return Settings(
        helm=helm,
        kubernetes=kubernetes,
        api_versions=tuple(file.api_versions),
        documents=tuple(documents),
        documents_named=file.documents is not UNSET,
        release=file.release,
        namespace=file.namespace,
        outside=tuple(file.outside),
        absent=tuple(file.absent),
        exceptions=tuple(file.exceptions),
        unreachable=tuple(file.coverage.unreachable),
        survivors=tuple(_with_tests(entry, path.parent) for entry in file.mutation.survivors),
        schemas=tuple(path.parent / schema for schema in file.schemas),
        checks=tuple(path.parent / folder for folder in file.checks),
        checkov_checks=tuple(path.parent / folder for folder in file.checkov_checks),
        policies=tuple(path.parent / policy for policy in file.policies),
        source=path.name,
    )


def _with_tests(entry: Survivor, folder: Path) -> Survivor:
    """The same entry, with tests from a folder on."""
    return structs.replace(entry, noticed_by=[str(folder / test) for test in entry.noticed_by])


def _documents_there(document: Path, reading: Reading) -> list[Path]:
    try:
        return [] if reading.content(document) is None else [document]
    except GateError:
        return [document]  # who reads its examples tells why it cannot be read


def supported_kubernetes(wanted: str) -> tuple[str, ...]:
    """The oldest and the newest Kubernetes minor version to render for.

    These are of the known versions that `wanted`, the `kubeVersion` of Chart.yaml, allows; of those that upstream
    Kubernetes supports where it is empty, or allows none that is known.
    """
    supported = known_versions()[-SUPPORTED_BY_UPSTREAM:]
    try:
        allowed = [version for version in known_versions() if wanted and in_range(f"{version}.0", wanted)]
    except ValueError:
        allowed = []  # Helm refuses the chart with its own words
    versions = allowed or supported
    return tuple(dict.fromkeys((versions[0], versions[-1])))
