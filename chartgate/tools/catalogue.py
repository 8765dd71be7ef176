"""The catalogue of everything the gate may download. The pins themselves are in `catalogue.yaml`."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from chartgate.tools.models import parsed

Version = Annotated[str, Meta(pattern=r"^v?\d+\.\d+(\.\d+.*)?$")]
MinorVersion = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class GoModule(Struct, frozen=True, forbid_unknown_fields=True, rename={"name": "go"}):
    """One version of a Go module; `sum` is its "h1:" hash as in a go.sum file: SHA-256 over the module's files."""

    name: str
    version: Version
    sum: Annotated[str, Meta(pattern="^h1:")]


class Package(Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a package of PyPI or npm: `pypi` or `npm` is its name.

    `sha256` lists the accepted archives (one a platform where they differ); `member` is the path to the wanted file
    through nested archives (glob patterns, outermost first).
    """

    version: Version
    sha256: Annotated[tuple[Sha256, ...], Meta(min_length=1)]
    pypi: str = ""
    npm: str = ""
    member: tuple[str, ...] = ()

    @property
    def registry(self) -> str:
        """ "pypi" or "npm"."""
        return "pypi" if self.pypi else "npm"

    @property
    def name(self) -> str:
        """The name in the registry."""
        return self.pypi or self.npm


class HelmRelease(Struct, frozen=True, forbid_unknown_fields=True):
    """A Helm version.

    `binary` is the SHA-256 of the official linux/amd64 program; `archives` has that of the official archives for other
    platforms.
    """

    version: Version
    binary: Sha256
    copy: Package
    archives: dict[Annotated[str, Meta(pattern="^(linux-arm64|darwin-(amd64|arm64))$")], Sha256] = {}


class KubernetesSchemas(Struct, frozen=True, forbid_unknown_fields=True):
    """The package that holds the schemas of the minor versions from the first to the second, both included."""

    kubernetes: tuple[MinorVersion, MinorVersion]
    package: Package

    @property
    def oldest(self) -> str:
        """The first of the minor versions."""
        return self.kubernetes[0]

    @property
    def newest(self) -> str:
        """The last of the minor versions."""
        return self.kubernetes[1]


class CustomResources(Struct, frozen=True, forbid_unknown_fields=True):
    """Custom resource definitions of kinds of the API `groups`: the files of `module` that match the glob `files`."""

    module: GoModule
    groups: Annotated[tuple[str, ...], Meta(min_length=1)]
    files: str


class Envtest(Struct, frozen=True, forbid_unknown_fields=True):
    """The program that downloads a control plane's programs and verifies them, and which Kubernetes to ask it for."""

    setup: GoModule
    kubernetes: Version


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """All that the gate may download; Helm releases oldest first."""

    helm: tuple[HelmRelease, ...]
    kubernetes: tuple[KubernetesSchemas, ...]
    kubernetes_api: GoModule
    custom_resources: tuple[CustomResources, ...]
    envtest: Envtest
    helm_unittest: GoModule
    clients: dict[str, Package]


@cache
def version_key(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version number: "1.19" sorts before "1.100"."""
    return tuple(int(part) for part in version.split("."))


@cache
def catalogue() -> Catalogue:
    """The pins that come with this version of chartgate."""
    path = Path(str(files(__package__).joinpath("catalogue.yaml")))
    return parsed(path.read_bytes(), path, Catalogue)


def custom_resources_of(group: str) -> list[CustomResources]:
    """The entries of the catalogue that have kinds of an API group."""
    return [entry for entry in catalogue().custom_resources if group in entry.groups]
