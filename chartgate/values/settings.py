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
from chartgate.tools.kubernetes_yaml import read_one
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
    names them, so that each of their examples has to work.

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

    def with_versions(self, *, helm: tuple[str, ...] = (), kubernetes: tuple[str, ...] = ()) -> "Settings":
        """The same, with the versions that the command line names in place of the file's."""
        return replace(self, helm=helm or self.helm, kubernetes=kubernetes or self.kubernetes)


def read_settings(chart: Path) -> Settings:
    """The settings of the chart in folder `chart`; the defaults when it has no `chartgate.yaml`.

    Raises:
        GateError: the file is not YAML, breaks its schema, or names a document that does not exist.
    """
    path = chart / FILE_NAME
    data = _read(path) if path.exists() else {}
    documents = data.get("documents", ["README.md"] if (chart / "README.md").exists() else [])
    for document in documents:
        if not (chart / document).is_file():
            raise GateError(
                f"{path}: documents: {document}: no such file beside the chart: correct the path or remove it"
            )
    defaults = Settings()
    kubernetes = tuple(data.get("kubernetes") or supported_kubernetes(_kube_version(chart)))
    old = min(version_key(version) for version in kubernetes) <= OLD_KUBERNETES
    return Settings(
        helm=tuple(data.get("helm") or (*((OLD_HELM,) if old else ()), *defaults.helm)),
        kubernetes=kubernetes,
        api_versions=tuple(data.get("apiVersions", ())),
        documents=tuple(chart / document for document in documents),
        documents_named="documents" in data,
        release=data.get("release", defaults.release),
        namespace=data.get("namespace", defaults.namespace),
        outside=tuple(Declaration(entry["object"], entry["reason"]) for entry in data.get("outside", ())),
        absent=tuple(Declaration(entry["object"], entry["reason"]) for entry in data.get("absent", ())),
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


def _kube_version(chart: Path) -> str:
    try:
        about = read_one((chart / "Chart.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return ""  # told when the chart itself is read
    return str(about.get("kubeVersion") or "") if isinstance(about, dict) else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        data = read_one(path.read_bytes()) or {}
    except OSError as error:
        raise GateError(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise GateError(f"{path}: is not YAML: {error}") from error
    schema = json.loads(files(__package__).joinpath("settings.schema.json").read_text(encoding="utf-8"))
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(data), key=lambda error: error.json_path)
    if errors:
        raise GateError(
            "\n".join(f"{path}: {error.json_path.lstrip('$.') or 'file'}: {error.message}" for error in errors)
        )
    return dict(data)
