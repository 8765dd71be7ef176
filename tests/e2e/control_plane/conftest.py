"""Fixtures of the tests on a real API server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from chartgate.errors import GateError
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.control_plane.custom_resources import install, served_by
from chartgate.tools.control_plane.processes import ControlPlane, running_control_plane
from chartgate.tools.control_plane.programs import SERVERS, find_assets
from chartgate.tools.definitions import custom_definitions
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.matrix import FILE_NAME, read_matrix
from tests.e2e.control_plane.kubectl import KUBECTL, Kubectl
from tests.e2e.control_plane.matrix_cases import api_versions_of
from tests.e2e.control_plane.namespace import Namespace, RunJob, connect
from tests.e2e.control_plane.operators import STEADY, name_of
from tests.e2e.helm_release import HelmRelease, ReleaseCalled


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """A running API server. Without one nothing is tested: its absence is a failure, told once, and never a skip."""
    try:
        with running_control_plane(find_assets((*SERVERS, KUBECTL))) as running:
            yield running
    except GateError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.fixture(scope="session", params=STEADY, ids=name_of)
def operator(request: pytest.FixtureRequest) -> tuple[Helm, Helm]:
    """The Helm that installs, and the one that does the rest: each test runs under both major versions."""
    first, later = request.param
    return find_helm(first), find_helm(later)


@pytest.fixture(scope="session")
def later_helm(operator: tuple[Helm, Helm]) -> Helm:
    """The Helm that the operator has once the release is installed."""
    return operator[1]


@pytest.fixture(scope="session")
def api_server(control_plane: ControlPlane, chart: Path) -> ApiServer:
    """The API server, with every kind that the chart's matrix knows."""
    wanted = {tuple(text.rsplit("/", 1)) for text in api_versions_of(read_matrix(chart / FILE_NAME))}
    try:
        server = ApiServer(control_plane)
        found = custom_definitions({api.partition("/")[0] for api, _ in wanted})
        install(server, [definition for definition in found if served_by(definition) & wanted])
    except GateError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)
    assert not wanted - server.kinds.keys(), "add their module to chartgate/tools/catalogue.yaml"
    return server


@pytest.fixture(scope="session")
def connection(control_plane: ControlPlane, api_server: ApiServer) -> Any:  # noqa: ARG001 (the kinds have to be there)
    """The Python client of the API server."""
    return connect(control_plane.kubeconfig, control_plane.folder / "discovery.json")


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def namespace(
    connection: Any, api_server: ApiServer, request: pytest.FixtureRequest, _numbers: Iterator[int]
) -> Namespace:
    """A namespace of the test's own. It goes with the API server: no controller is there to delete it before."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())
    return Namespace(connection, api_server, f"{words[:55].strip('-')}-{next(_numbers)}")


@pytest.fixture
def release_called(
    control_plane: ControlPlane, operator: tuple[Helm, Helm], namespace: Namespace, chart: Path
) -> ReleaseCalled:
    """Makes a release of the project's chart by name; nothing is installed yet."""
    folder = control_plane.folder / namespace.name
    folder.mkdir(mode=0o700)

    def make(name: str) -> HelmRelease:
        return HelmRelease(
            name=name,
            namespace=namespace.name,
            chart=chart,
            helm=operator[0],
            kubeconfig=control_plane.kubeconfig,
            folder=folder,
            home=control_plane.folder,  # one for all, so that Helm asks the server only once what it serves
            # Two thirds of Helm's time. The server itself judges every field; test_matrix.py asks it to be strict.
            options=("--disable-openapi-validation",),
        )

    return make


@pytest.fixture
def release(release_called: ReleaseCalled) -> HelmRelease:
    """A release called "relay"; nothing is installed yet."""
    return release_called("relay")


@pytest.fixture
def kubectl(control_plane: ControlPlane, namespace: Namespace) -> Kubectl:
    return Kubectl(find_assets() / KUBECTL, control_plane.kubeconfig, namespace.name, control_plane.folder)


@pytest.fixture
def run_job(control_plane: ControlPlane, namespace: Namespace, tmp_path: Path) -> RunJob:
    """Runs the program of the newest Job in the namespace, as the kubelet would."""
    if shutil.which("node") is None:
        pytest.exit("node is not on PATH: install Node.js 18 or later", returncode=1)
    server = yaml.safe_load(control_plane.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    folder = tmp_path / "service-account"
    folder.mkdir(mode=0o700)
    real = urlsplit(server["server"]).netloc, Path(server["certificate-authority"])

    def run(address: str = real[0], authority: Path = real[1]) -> "subprocess.CompletedProcess[str]":
        jobs = namespace.objects_of("Job").values()
        job = max(jobs, key=lambda item: int(item["metadata"]["resourceVersion"]))
        pod = job["spec"]["template"]["spec"]
        assert namespace.try_pod({"metadata": {"name": "p"}, "spec": pod}) == []
        (container,) = pod["containers"]
        given = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
        (folder / "token").write_text(namespace.token(pod["serviceAccountName"]), encoding="utf-8")
        shutil.copy(authority, folder / "ca.crt")
        host, _, port = address.rpartition(":")
        environment = {
            "PATH": os.environ["PATH"],
            "SERVICE_ACCOUNT_FOLDER": str(folder),
            "KUBERNETES_SERVICE_HOST": host,
            "KUBERNETES_SERVICE_PORT": port,
            "JOB_NAME": job["metadata"]["name"],
        }
        return subprocess.run(
            container["command"], env={**environment, **given}, capture_output=True, text=True, timeout=60, check=False
        )

    return run
