"""Ways to write /metrics that reach the application's figures, if nothing between stops or changes them.

Which of them do depends on what a proxy makes of a path: Traefik decodes letters, removes dots and joins slashes.
"""

from collections.abc import Callable

from tests.e2e.application import Answer, Application

SPELLINGS = (
    "/metrics",
    "/metrics/",
    "/METRICS",
    "/Metrics/",
    "/mEtRiCs?from=outside",
    "//metrics",
    "/metrics//",
    "/%6detrics",
    "/%4dETRICS",
    "/./metrics",
    "/admin/../metrics",
    "/health/..//METRICS",
)
FIGURES = "totalApiKeys"  # a key of the application's answer


def ask(way: Application, host: str, path: str) -> Answer:
    """What a client at that host gets."""
    return way.ask("GET", path, headers={"Host": host})


def figures_by(asked: Callable[[str], Answer]) -> dict[str, bool]:
    """Which spellings bring the application's figures."""
    assert len(SPELLINGS) == 12
    return {path: FIGURES in asked(path).body for path in SPELLINGS}


def served_by(asked: Callable[[str], Answer]) -> dict[str, int]:
    """The status of what users need: the way to the admin page, the page, health, and the API, which wants a key."""
    paths = ("/", "/admin-next/api-stats", "/health", "/admin/claude-console-accounts")
    return {path: asked(path).status for path in paths}


SERVED = {"/": 302, "/admin-next/api-stats": 200, "/health": 200, "/admin/claude-console-accounts": 401}
EVERY, NONE = dict.fromkeys(SPELLINGS, True), dict.fromkeys(SPELLINGS, False)
