"""Fixtures of the tests on a real API server."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chartgate.errors import GateError
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.matrix import FILE_NAME, read_matrix
from tests.e2e.control_plane.custom_resources import define
from tests.e2e.control_plane.matrix_cases import api_versions_of
from tests.e2e.control_plane.namespace import Namespace, connect
from tests.e2e.control_plane.operators import STEADY, name_of
from tests.e2e.control_plane.programs import ControlPlaneError, find_assets
from tests.e2e.control_plane.server import ControlPlane, running_control_plane
from tests.e2e.helm_release import HelmRelease, ReleaseCalled


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """A running API server. Without one nothing is tested: its absence is a failure, told once, and never a skip."""
    try:
        with running_control_plane(find_assets()) as running:
            yield running
    except ControlPlaneError as error:
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
def connection(control_plane: ControlPlane, chart: Path) -> Any:
    """The way to the API server, which has every kind that the chart's matrix knows."""
    connection = connect(control_plane.kubeconfig, control_plane.folder / "discovery.json")
    try:
        define(connection, api_versions_of(read_matrix(chart / FILE_NAME)))
    except (ControlPlaneError, GateError) as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)
    return connection


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def namespace(connection: Any, request: pytest.FixtureRequest, _numbers: Iterator[int]) -> Namespace:
    """A namespace of the test's own. It goes with the API server: no controller is there to delete it before."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())
    return Namespace(connection, f"{words[:55].strip('-')}-{next(_numbers)}")


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
