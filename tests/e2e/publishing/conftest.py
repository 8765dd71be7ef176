"""Fixtures of the publishing tests: two releases of the chart, on a web server and in a registry.

The releases are made and published as a maintainer does it, by the commands of `python -m release`. They are signed
with a key that is made for the tests.
"""

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.control_plane.processes import running_control_plane
from chartgate.tools.control_plane.programs import SERVERS, find_assets
from chartgate.tools.helm import find_helm
from release.__main__ import main
from release.settings import FILE, KEY_FILE
from tests.e2e.publishing.http_repository import HttpRepository
from tests.e2e.publishing.registry import Registry, RegistryError, running_registry
from tests.e2e.publishing.user import HelmUser
from tests.project_copy import ProjectCopy, copy_project
from tests.signing_key import new_signer

FIRST, SECOND = "1.0.0", "1.0.1"
SIGNER = "release@example.com"
QUICKLY = ("--disable-openapi-validation",)
"""Two thirds of Helm's time on a new API server, which validates each field in tests/e2e/control_plane."""


@dataclass(frozen=True)
class Published:
    """What is published.

    Attributes:
        after: for each version, the folder that the web server serves after its release.
        digests: for each version, what `push` printed: the reference in the registry by digest.
        keyring: the public key, for `helm verify`.
    """

    project: ProjectCopy
    after: dict[str, Path]
    digests: dict[str, str]
    keyring: Path

    def archive(self, version: str) -> Path:
        return self.after[version] / f"claude-relay-{version}.tgz"


@pytest.fixture(scope="session")
def repository() -> Iterator[HttpRepository]:
    with HttpRepository().running() as repository:
        yield repository


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Without a registry nothing is tested: its absence is a failure, told once, and never a skip."""
    try:
        with running_registry(tmp_path_factory.mktemp("registry")) as registry:
            yield registry
    except RegistryError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.fixture(scope="session")
def oci(registry: Registry) -> str:
    """The chart's address in the registry."""
    return f"oci://{registry.address}/charts/claude-relay"


@pytest.fixture(scope="session")
def published(repository: HttpRepository, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Two releases in the same repository and registry. The second one has another label."""
    folder, key = tmp_path_factory.mktemp("published"), tmp_path_factory.mktemp("key")
    project = copy_project(folder / "project")
    signer = new_signer(key, SIGNER)
    project.edit(FILE, "https://charts.example.com/claude-relay", f"{repository.url}")
    project.edit(FILE, "oci://registry.example.com/charts", f"oci://{registry.address}/charts")
    project.generate()
    shutil.copyfile(key / "public.asc", project.root / KEY_FILE)
    sign = ["--keyring", str(signer.keyring), "--key", signer.key, "--passphrase-file", str(signer.passphrase)]
    dist = folder / "dist"
    after, digests = {}, {}
    for version in (FIRST, SECOND):
        if version == SECOND:
            project.edit(
                "charts/claude-relay/values.yaml", "\ncommonLabels: {}\n", "\ncommonLabels: {second: release}\n"
            )
            project.raise_version(version)
        project.commit()
        assert main(["package", "--folder", str(dist), *sign], project.root) == 0
        project.git("tag", f"v{version}")
        after[version] = shutil.copytree(dist, folder / version)
        digests[version] = _printed(["push", "--folder", str(dist), "--plain-http"], project.root)
    return Published(project, after, digests, key / "public.gpg")


@pytest.fixture(scope="session")
def kubeconfig() -> Iterator[Path]:
    """The way to a real API server without a cluster."""
    try:
        with running_control_plane(find_assets(SERVERS)) as running:
            yield running.kubeconfig
    except GateError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.fixture
def user(tmp_path: Path, kubeconfig: Path) -> Callable[[str], HelmUser]:
    """Makes a new user with a version of Helm."""
    return lambda spec: HelmUser(find_helm(spec), tmp_path, kubeconfig)


def _printed(arguments: list[str], root: Path) -> str:
    with redirect_stdout(io.StringIO()) as output:
        assert main(arguments, root) == 0
    return output.getvalue().strip()
