"""The HTTPRoute in the hands of the real Traefik, as a controller of the Gateway API."""

from typing import Any

import pytest

from tests.e2e.application import Answer, Application
from tests.e2e.cluster.exposed.conftest import ROUTE_HOST, exposed
from tests.e2e.cluster.exposed.spellings import NONE, SERVED, ask, figures_by, served_by
from tests.e2e.cluster.namespace import until
from tests.e2e.cluster.operator import FULLNAME, Operator


@pytest.mark.parametrize("strict", [True, False], ids=["strict-paths", "all-paths"])
def test_every_spelling_is_blocked_and_the_rest_is_served(
    operator: Operator, traefik: Application, strict: bool
) -> None:
    def asked(path: str) -> Answer:
        return ask(traefik, ROUTE_HOST, path)

    operator.release.upgrade(exposed(route={"strictPaths": strict}))
    generation = operator.namespace.get("httproute", FULLNAME)["metadata"]["generation"]
    status: dict[str, Any] = until(lambda: status_of(operator, generation), "the Gateway has the route")
    assert status["Accepted"] == "True"
    # Without strict paths, a rule has a Service that does not exist: the status says so, and the paths get an error.
    assert status["ResolvedRefs"] == str(strict)
    # The status comes first: until Traefik has the route, it answers as the one before it says.
    until(lambda: asked("/metrics").status == (404 if strict else 500), "Traefik blocks as this route says")
    until(lambda: served_by(asked) == SERVED, "the application is served")
    assert figures_by(asked) == NONE
    assert asked("/metrics").status == (404 if strict else 500)


def status_of(operator: Operator, generation: int) -> dict[str, str]:
    """The route's conditions, once they are about this generation of it."""
    parents = operator.namespace.get("httproute", FULLNAME).get("status", {}).get("parents", [])
    conditions = [one for parent in parents for one in parent["conditions"]]
    return {one["type"]: one["status"] for one in conditions if one["observedGeneration"] == generation}
