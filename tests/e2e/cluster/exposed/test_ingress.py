"""The Ingress in the hands of the real Traefik: what passes, what does not, and how a stream passes."""

from typing import Any

from tests.e2e.application import Answer, Application
from tests.e2e.cluster.exposed.conftest import INGRESS_HOST, exposed
from tests.e2e.cluster.exposed.spellings import EVERY, NONE, SERVED, ask, figures_by, served_by
from tests.e2e.cluster.exposed.streams import Streaming
from tests.e2e.cluster.namespace import until
from tests.e2e.cluster.operator import FULLNAME, Operator

UNLISTED = "/not-a-path-of-the-application"


def asked(traefik: Application) -> Any:
    def by(path: str) -> Answer:
        return ask(traefik, INGRESS_HOST, path)

    return by


def configured(operator: Operator, traefik: Application, *, lists: bool, **ingress: Any) -> None:
    """Upgrade to these settings of the Ingress, and wait until Traefik has them."""
    operator.release.upgrade(exposed(ingress=ingress))
    until(lambda: served_by(asked(traefik)) == SERVED, "Traefik serves the application")
    # A path that is listed nowhere is answered by the application, or does not get that far.
    until(
        lambda: (f"Route {UNLISTED}" in ask(traefik, INGRESS_HOST, UNLISTED).body) is not lists, "Traefik has the paths"
    )


def test_every_spelling_is_blocked_and_the_rest_is_served(operator: Operator, traefik: Application) -> None:
    configured(operator, traefik, lists=False)
    assert operator.namespace.get("middleware", f"{FULLNAME}-blocked")
    assert figures_by(asked(traefik)) == NONE
    assert served_by(asked(traefik)) == SERVED


def test_without_the_middleware_traefik_ignores_the_rules_that_block(operator: Operator, traefik: Application) -> None:
    """As the README says; and the control of the tests around it: each spelling does reach the figures."""
    configured(operator, traefik, lists=False, traefikMiddleware="never")
    until(lambda: figures_by(asked(traefik)) == EVERY, "every spelling passes")


def test_strict_paths_are_proof_without_any_middleware(operator: Operator, traefik: Application) -> None:
    configured(operator, traefik, lists=True, traefikMiddleware="never", strictPaths=True)
    assert figures_by(asked(traefik)) == NONE
    assert served_by(asked(traefik)) == SERVED


def test_a_stream_passes_event_by_event(operator: Operator, traefik: Application, streaming: Streaming) -> None:
    configured(operator, traefik, lists=False)
    assert streaming.passes(traefik, INGRESS_HOST)
