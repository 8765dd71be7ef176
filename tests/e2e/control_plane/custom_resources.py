"""The kinds of other projects that the chart can make, defined on the API server as these projects define them."""

import json
import time
from collections.abc import Iterable
from typing import Any

from chartgate.tools.definitions import Definition, custom_definitions
from tests.e2e.control_plane.programs import ControlPlaneError

READY_SECONDS = 30
# What Helm asks for: one document about all groups. It is not written at the same moment as the groups' own ones.
DISCOVERY = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)


def define(connection: Any, api_versions: Iterable[str]) -> None:
    """Define each of `api_versions`, written as for `helm template --api-versions`: group/version/Kind.

    Raises:
        ControlPlaneError: the catalogue has no definition of a kind, or the server does not serve it in time.
        GateError: a definition cannot be downloaded.
    """
    wanted = {tuple(text.split("/")) for text in api_versions}
    found = {key: definition for definition in custom_definitions() for key in _served(definition) if key in wanted}
    if wanted - found.keys():
        unknown = ", ".join("/".join(key) for key in sorted(wanted - found.keys()))
        raise ControlPlaneError(f"chartgate/tools/catalogue.yaml has no definition of {unknown}: add its module there")
    resource = connection.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
    for name in sorted({definition["metadata"]["name"] for definition in found.values()}):
        resource.create(next(one for one in found.values() if one["metadata"]["name"] == name))
    _wait_until_served(connection, {(group, kind) for group, _, kind in found})
    connection.resources.invalidate_cache()


def _served(definition: Definition) -> list[tuple[str, ...]]:
    spec = definition["spec"]
    return [
        (spec["group"], version["name"], spec["names"]["kind"]) for version in spec["versions"] if version["served"]
    ]


def _wait_until_served(connection: Any, kinds: set[tuple[str, str]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while missing := kinds - _discovered(connection):
        if time.monotonic() > deadline:
            names = ", ".join(f"{kind}.{group}" for group, kind in sorted(missing))
            raise ControlPlaneError(f"the API server does not serve {names} after {READY_SECONDS} s")
        time.sleep(0.05)


def _discovered(connection: Any) -> set[tuple[str, str]]:
    """(group, kind) of all that the server says it serves."""
    answer = connection.request("get", "/apis", header_params={"Accept": DISCOVERY}, serialize=False)
    return {
        (group["metadata"]["name"], resource["responseKind"]["kind"])
        for group in json.loads(answer.data)["items"]
        for version in group["versions"]
        for resource in version["resources"]
    }
