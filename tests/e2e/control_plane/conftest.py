"""Fixtures of the tests on a real API server."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chartgate.tools.helm import Helm, find_helm
from tests.e2e.control_plane.namespace import Namespace, connect
from tests.e2e.control_plane.server import ControlPlane, ControlPlaneError, find_assets, running_control_plane
from tests.e2e.helm_release import HelmRelease, ReleaseCalled

HELM_VERSIONS = ("3.17.3", "4.3.1")


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """A running API server. Without one nothing is tested: its absence is a failure, told once, and never a skip."""
    try:
        with running_control_plane(find_assets()) as running:
            yield running
    except ControlPlaneError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.fixture(scope="session", params=HELM_VERSIONS, ids=lambda version: f"helm-{version}")
def operators_helm(request: pytest.FixtureRequest) -> Helm:
    """The Helm that the operator has: each test runs under both major versions."""
    return find_helm(request.param)


@pytest.fixture(scope="session")
def connection(control_plane: ControlPlane) -> Any:
    """The way to the API server."""
    return connect(control_plane.kubeconfig, control_plane.folder / "discovery.json")


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
    control_plane: ControlPlane, operators_helm: Helm, namespace: Namespace, chart: Path
) -> ReleaseCalled:
    """Makes a release of the project's chart by name; nothing is installed yet."""
    folder = control_plane.folder / namespace.name
    folder.mkdir(mode=0o700)

    def make(name: str) -> HelmRelease:
        return HelmRelease(
            name=name,
            namespace=namespace.name,
            chart=chart,
            helm=operators_helm,
            kubeconfig=control_plane.kubeconfig,
            folder=folder,
            home=control_plane.folder,  # one for all, so that Helm asks the server only once what it serves
        )

    return make


@pytest.fixture
def release(release_called: ReleaseCalled) -> HelmRelease:
    """A release called "relay"; nothing is installed yet."""
    return release_called("relay")
