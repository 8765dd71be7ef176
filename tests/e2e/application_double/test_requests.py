"""Which requests the double answers, and how."""

import json

import pytest

from tests.e2e.application_double.double import ADMIN, Double
from tests.e2e.processes import eventually


@pytest.mark.parametrize("path", ["/metrics", "/METRICS", "/Metrics/", "/metrics/", "/metrics?x=1"])
def test_spellings_of_metrics(double: Double, path: str) -> None:
    with double.running():
        figures = double.application.ask("GET", path).data
        assert figures["totalApiKeys"] == 0
        assert figures["memory"]["rss"] > 0


def test_other_paths(double: Double) -> None:
    with double.running():
        ask = double.application.ask
        for path in ("//metrics", "/%6detrics", "/metrics//", "/./metrics", "/prometheus", "/metrics.json"):
            assert ask("GET", path).status == 404, path
        assert ask("POST", "/metrics").status == 404
        assert ask("HEAD", "/metrics").status == 200
        assert (ask("GET", "/").status, ask("GET", "/").headers["location"]) == (302, "/admin-next/api-stats")
        assert ask("GET", "/admin-next/api-stats").status == 200
        assert ask("POST", "/api/v1/messages", {}).status == 401
        assert ask("GET", "/admin/claude-console-accounts").status == 401
        double.application.log_in(*ADMIN)
        assert ask("POST", "/WEB/auth/login/", {}).status == 400


def test_clients_are_told_by_a_proxy_that_is_trusted(double: Double) -> None:
    for trusted, client in (("false", "127.0.0.1"), ("true", "198.51.100.7")):
        with double.running(TRUST_PROXY=trusted):
            double.application.ask("GET", f"/{trusted}", headers={"x-forwarded-for": "192.0.2.1, 198.51.100.7"})
            eventually(lambda: any(f"GET /{trusted} " in line for line in double.lines()), lambda: "no log")  # noqa: B023
        found = [json.loads(line) for line in double.lines() if f"GET /{trusted} " in line]
        assert [line["ip"] for line in found] == [client]
