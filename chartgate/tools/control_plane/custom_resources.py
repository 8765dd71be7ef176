"""Custom resource definitions on an API server."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.control_plane.client import ApiServer, KindKey

READY_SECONDS = 30

Definition = Mapping[str, Any]


def install(server: ApiServer, definitions: Iterable[Definition]) -> None:
    """Create custom resource definitions, and wait until the server serves their kinds.

    Raises:
        GateError: the server refuses one, or does not serve a kind within 30 s.
    """
    wanted: set[KindKey] = set()
    for definition in definitions:
        answer = server.create(definition)
        if answer.refused:
            name = definition["metadata"]["name"]
            raise GateError(f"the API server refuses the CustomResourceDefinition {name}: {answer.message}")
        wanted |= served_by(definition)
    deadline = time.monotonic() + READY_SECONDS
    while missing := wanted - server.kinds.keys():
        if time.monotonic() > deadline:
            names = ", ".join(f"{api} {kind}" for api, kind in sorted(missing))
            raise GateError(f"the API server does not serve {names} after {READY_SECONDS} s")
        time.sleep(0.05)
        server.discover()


def served_by(definition: Definition) -> set[KindKey]:
    """The kinds that a custom resource definition makes the server serve; none of one that cannot be read."""
    try:
        spec = definition["spec"]
        return {
            (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            for version in spec["versions"]
            if version["served"]
        }
    except (KeyError, TypeError):
        return set()
