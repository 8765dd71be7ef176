"""The chart's own `chartgate.yaml`, typed. Its schema, `settings.schema.json`, documents every key."""

import json
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from chartgate.errors import GateError
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.reading import Reading
from chartgate.tools.schemas import known_versions
from chartgate.tools.version_ranges import in_range

FILE_NAME = "chartgate.yaml"
DEFAULT_HELM = ("3", "4")
OLD_HELM = "3.2.4"
"""Rendered with by default where the chart supports a Kubernetes of its time: it cannot be told a version."""
OLD_KUBERNETES = (1, 19)
SUPPORTED_BY_UPSTREAM = 3
"""The newest minor versions that Kubernetes maintains (Kubernetes documentation, Version Skew Policy)."""


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding that is accepted: rule `rule` of check `check` on the objects that match the glob `objects`."""

    check: str
    rule: str
    objects: str
    reason: str


@dataclass(frozen=True)
class Declaration:
    """Objects, a glob on "Kind/name", that the chart refers to and does not make."""

    objects: str
    reason: str


@dataclass(frozen=True)
class Settings:
    """How the gate looks at one chart. `documents` are existing files; `documents_named` tells whether chartgate.yaml
    names them, so that each of their examples has to work. `schemas` are files or folders that describe kinds.

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
    schemas: tuple[Path, ...] = ()

    def with_versions(self, *, helm: tuple[str, ...] = (), kubernetes: tuple[str, ...] = ()) -> "Settings":
        """The same, with the versions that the command line names in place of the file's."""
        return replace(self, helm=helm or self.helm, kubernetes=kubernetes or self.kubernetes)


def read_settings(files: ChartFiles, reading: Reading) -> Settings:
    """The settings of a chart; the defaults when it has no `chartgate.yaml`.

    Raises:
        GateError: the file is not YAML, breaks its schema, or names a document that does not exist.
    """
    path = files.folder / FILE_NAME
    content = reading.content(path)
    data = _data(path, content) if content is not None else {}
    found = ["README.md"] if reading.content(files.folder / "README.md") is not None else []
    documents = data.get("documents", found)
    for document in documents:
        if reading.content(files.folder / document) is None:
            raise GateError(
                f"{path}: documents: {document}: no such file beside the chart: correct the path or remove it"
            )
    defaults = Settings()
    kubernetes = tuple(
        data.get("kubernetes") or supported_kubernetes(str(files.mapping("Chart.yaml").get("kubeVersion") or ""))
    )
    old = min(version_key(version) for version in kubernetes) <= OLD_KUBERNETES
    return Settings(
        helm=tuple(data.get("helm") or (*((OLD_HELM,) if old else ()), *defaults.helm)),
        kubernetes=kubernetes,
        api_versions=tuple(data.get("apiVersions", ())),
        documents=tuple(files.folder / document for document in documents),
        documents_named="documents" in data,
        release=data.get("release", defaults.release),
        namespace=data.get("namespace", defaults.namespace),
        outside=tuple(Declaration(entry["object"], entry["reason"]) for entry in data.get("outside", ())),
        absent=tuple(Declaration(entry["object"], entry["reason"]) for entry in data.get("absent", ())),
        schemas=tuple(files.folder / path for path in data.get("schemas", ())),
        exceptions=tuple(
            AcceptedFinding(entry["check"], entry["rule"], entry.get("objects", "*"), entry["reason"])
            for entry in data.get("exceptions", ())
        ),
    )


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


def _data(path: Path, content: bytes) -> dict[str, Any]:
    try:
        data = read_one(content) or {}
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise GateError(f"{path}: is not YAML: {error}") from error
    schema = json.loads(files(__package__).joinpath("settings.schema.json").read_text(encoding="utf-8"))
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(data), key=lambda error: error.json_path)
    if errors:
        raise GateError(
            "\n".join(f"{path}: {error.json_path.lstrip('$.') or 'file'}: {error.message}" for error in errors)
        )
    return dict(data)
