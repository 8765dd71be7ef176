"""The catalogue of everything the gate may download, typed. The pins themselves are in `catalogue.yaml`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from chartgate.tools.catalogue_file import CatalogueFile, GoPin, PackagePin, SourcePin
from chartgate.tools.models import parsed


@dataclass(frozen=True)
class Package:
    """One version of a registry's package.

    `registry` is "pypi" or "npm"; `sha256` lists the accepted archives (one a platform where they differ); `member`
    is the path to the wanted file through nested archives (glob patterns, outermost first).
    """

    registry: str
    name: str
    version: str
    sha256: tuple[str, ...]
    member: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoModule:
    """One version of a Go module; `sum` is its "h1:" hash, which is SHA-256 over the module's files."""

    name: str
    version: str
    sum: str


@dataclass(frozen=True)
class HelmRelease:
    """A Helm version; `binary` is the SHA-256 of the official linux/amd64 program."""

    version: str
    binary: str
    copy: Package


@dataclass(frozen=True)
class Program:
    """A program of the end-to-end tests; `binary` is the SHA-256 of the official linux/amd64 one behind `official`.

    `copy` is where a registry has it: the same program in a package, or its source in a Go module. `variable` is the
    environment variable that names one of the user's own.
    """

    version: str
    official: str
    binary: str
    copy: Package | GoModule
    variable: str


@dataclass(frozen=True)
class KubernetesSchemas:
    """The package that holds the schemas of the minor versions `oldest` to `newest`, both included."""

    oldest: str
    newest: str
    package: Package


@dataclass(frozen=True)
class CustomResources:
    """Custom resource definitions: the files of `module` that match the glob `files`."""

    module: GoModule
    files: str


@dataclass(frozen=True)
class Envtest:
    """The program that downloads a control plane's programs and verifies them, and which Kubernetes to ask it for."""

    setup: GoModule
    kubernetes: str


@dataclass(frozen=True)
class Catalogue:
    helm: tuple[HelmRelease, ...]
    kubernetes: tuple[KubernetesSchemas, ...]
    kubernetes_api: GoModule
    custom_resources: tuple[CustomResources, ...]
    programs: dict[str, Program]
    envtest: Envtest
    image_programs: dict[str, Package | GoModule]
    clients: dict[str, Package]


@cache
def version_key(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version number: "1.19" sorts before "1.100"."""
    return tuple(int(part) for part in version.split("."))


@cache
def catalogue() -> Catalogue:
    """The pins that come with this version of chartgate; Helm releases oldest first."""
    path = Path(str(files(__package__).joinpath("catalogue.yaml")))
    file = parsed(path.read_bytes(), path, CatalogueFile)
    return Catalogue(
        helm=tuple(
            HelmRelease(version, pin.binary, _package(pin.copy))
            for version, pin in sorted(file.helm.items(), key=lambda item: version_key(item[0]))
        ),
        kubernetes=tuple(KubernetesSchemas(*entry.kubernetes, _package(entry.package)) for entry in file.kubernetes),
        kubernetes_api=_module(file.kubernetes_api),
        custom_resources=tuple(CustomResources(_module(entry.module), entry.files) for entry in file.custom_resources),
        programs={
            name: Program(pin.version, pin.official, pin.binary, _source(pin.copy), pin.variable)
            for name, pin in file.programs.items()
        },
        envtest=Envtest(_module(file.envtest.setup), file.envtest.kubernetes),
        image_programs={name: _source(pin) for name, pin in file.image_programs.items()},
        clients={name: _package(pin) for name, pin in file.clients.items()},
    )


def _source(pin: SourcePin) -> Package | GoModule:
    return GoModule(pin.go, pin.version, pin.sum) if pin.go else _package(pin)


def _module(pin: GoPin) -> GoModule:
    return GoModule(pin.go, pin.version, pin.sum)


def _package(pin: PackagePin | SourcePin) -> Package:
    registry, name = ("pypi", pin.pypi) if pin.pypi else ("npm", pin.npm)
    return Package(registry, name, pin.version, tuple(pin.sha256), tuple(pin.member))
