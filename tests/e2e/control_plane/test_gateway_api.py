"""The HTTPRoute on each generation of the Gateway API, by the definitions that its project published.

A server has one generation of them, so each gets a server of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from chartgate.findings.api_server.words import remarks
from chartgate.tools.catalogue import GoModule, catalogue
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.control_plane.custom_resources import install
from chartgate.tools.control_plane.processes import ControlPlane, running_control_plane
from chartgate.tools.control_plane.programs import SERVERS, find_assets
from chartgate.tools.definitions import definitions_in
from chartgate.tools.helm import find_helm
from tests.e2e.helm_release import HelmRefusal, HelmRelease

MODULE = "sigs.k8s.io/gateway-api"
NEWEST = next(entry for entry in catalogue().custom_resources if entry.module.name == MODULE)
# Old on purpose: v1.0 is the first with the kind in v1, v1.1 has GRPCRoute, v1.2 is the first with timeouts.
OLD = {
    "v1.0.0": "h1:iPTStSv41+d9p0xFydll6d7f7MOBGuqXM6p2/zVYMAs=",
    "v1.1.0": "h1:DsLDXCi6jR+Xz8/xd0Z1PYl2Pn0TyaFMOPPZIj4inDM=",
    "v1.2.1": "h1:fZZ/+RyRb+Y5tGkwxFKuYuSRQHu9dZtbjenblleOLHM=",
}
GENERATIONS = {
    **{version: replace(NEWEST, module=GoModule(MODULE, version, sum_)) for version, sum_ in OLD.items()},
    NEWEST.module.version: NEWEST,
}
GKE = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gcpbackendpolicies.networking.gke.io"},
    "spec": {
        "group": "networking.gke.io",
        "names": {"kind": "GCPBackendPolicy", "plural": "gcpbackendpolicies"},
        "scope": "Namespaced",
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}
"""A kind by which the chart knows GKE. What it holds does not matter."""
ROUTE: dict[str, Any] = {"enabled": True, "parentRefs": [{"name": "gateway"}], "hostnames": ["relay.example.com"]}
HEADERS = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": "x-a", "value": "b"}]}}
ROUTES = {
    "defaults": ROUTE,
    "strict paths": {**ROUTE, "strictPaths": True},
    "filters and rules": {
        **ROUTE,
        "filters": [HEADERS],
        "extraRules": [{"matches": [{"path": {"value": "/other"}}], "backendRefs": [{"name": "other", "port": 80}]}],
    },
}


@pytest.fixture(scope="module", params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> Iterator[tuple[str, ControlPlane, ApiServer]]:
    """A version of the Gateway API, with a server that has it."""
    with running_control_plane(find_assets(SERVERS)) as running:
        server = ApiServer(running)
        install(server, definitions_in(GENERATIONS[request.param]))
        yield request.param, running, server


def installed_route(running: ControlPlane, chart: Path, route: dict[str, Any], namespace: str) -> dict[str, Any]:
    """The HTTPRoute of a release that is installed, as Helm rendered it."""
    release = HelmRelease(
        name="relay",
        namespace=namespace,
        chart=chart,
        helm=find_helm("4"),
        kubeconfig=running.kubeconfig,
        folder=running.folder,
        home=running.folder,
        options=("--create-namespace",),
    )
    release.install({"httpRoute": route})
    (found,) = (item for item in yaml.safe_load_all(release.manifest()) if item and item["kind"] == "HTTPRoute")
    return dict(found)


def has_timeouts(route: dict[str, Any]) -> bool:
    return any("timeouts" in rule for rule in route["spec"]["rules"])


def test_the_server_takes_the_route_without_a_remark(
    generation: tuple[str, ControlPlane, ApiServer], chart: Path
) -> None:
    version, running, server = generation
    for number, (name, values) in enumerate(ROUTES.items()):
        namespace = f"route-{number}"
        route = installed_route(running, chart, values, namespace)
        answer = server.try_to_apply(route, namespace)
        assert remarks(answer, route) == [], name
        assert has_timeouts(route) == (version == NEWEST.module.version), name


def test_timeouts_are_always_set_if_the_user_wants_it(
    generation: tuple[str, ControlPlane, ApiServer], chart: Path
) -> None:
    version, running, server = generation
    values = {**ROUTE, "timeouts": {"mode": "always"}}
    if version in {"v1.0.0", "v1.1.0"}:
        with pytest.raises(HelmRefusal, match=r"\.spec\.rules\[0\]\.timeouts: field not declared in schema"):
            installed_route(running, chart, values, "always")
        return
    route = installed_route(running, chart, values, "always")
    assert has_timeouts(route)
    assert remarks(server.try_to_apply(route, "always"), route) == []


def test_on_gke_the_route_has_no_timeouts(generation: tuple[str, ControlPlane, ApiServer], chart: Path) -> None:
    """The last test on a server: GKE's kind stays there."""
    _, running, server = generation
    install(server, [GKE])
    route = installed_route(running, chart, ROUTE, "gke")
    assert not has_timeouts(route)
    assert remarks(server.try_to_apply(route, "gke"), route) == []
