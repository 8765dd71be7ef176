"""The HTTPRoute: what it serves, its timeouts, and that it leads to no metrics."""

import re
from typing import Any

import pytest


def route(**values: Any) -> dict[str, Any]:
    return {"httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}], **values}}


def matches(rule: Any) -> list[tuple[str, str]]:
    return [(match["path"]["type"], match["path"]["value"]) for match in rule["matches"]]


def test_the_route_has_the_same_protection(render: Any) -> None:
    served = render(values=route(), release="x").only("HTTPRoute").at("spec.rules")
    # No rule leads to a Service that does not exist: GKE refuses the whole route.
    assert {ref["name"] for rule in served for ref in rule["backendRefs"]} == {"x-claude-relay"}
    listed = [match for rule in served for match in matches(rule)]
    assert len(listed) == 15
    assert ("PathPrefix", "/") not in listed
    # The first v1 of the API allows eight matches a rule.
    assert max(len(rule["matches"]) for rule in served) <= 8


@pytest.mark.parametrize(
    ("listed", "exact", "prefixes"),
    [({"exact": []}, 0, 14), ({"prefixes": []}, 1, 0), ({"exact": ["/a", "/b"], "prefixes": ["/c"]}, 2, 1)],
)
def test_the_served_paths_are_the_users(render: Any, listed: Any, exact: int, prefixes: int) -> None:
    served = render({**route(), "servedPaths": listed}).only("HTTPRoute").at("spec.rules")
    kinds = [kind for rule in served for kind, _ in matches(rule)]
    assert (kinds.count("Exact"), kinds.count("PathPrefix")) == (exact, prefixes)


GATEWAY_1_4 = "gateway.networking.k8s.io/v1/BackendTLSPolicy"
GKE = "networking.gke.io/v1/GCPBackendPolicy"


@pytest.mark.parametrize(
    ("timeouts", "api", "expected"),
    [
        ({}, [], None),
        ({}, [GATEWAY_1_4], {"request": "600s"}),
        ({}, [GATEWAY_1_4, GKE], None),
        ({"request": "90s"}, [], {"request": "90s"}),
        ({"backendRequest": "5s"}, [], {"request": "600s", "backendRequest": "5s"}),
        ({"mode": "always"}, [], {"request": "600s"}),
        ({"mode": "never"}, [GATEWAY_1_4], None),
    ],
)
def test_a_route_has_timeouts_where_the_gateway_api_has_them(
    render: Any, any_helm: Any, timeouts: Any, api: list[str], expected: Any
) -> None:
    """Gateway API v1.0 and v1.1 have no timeouts: their API server would remove them, or refuse the route."""
    release = render(values=route(timeouts=timeouts), helm=any_helm, api_versions=api)
    rules = release.only("HTTPRoute").at("spec.rules")
    assert [rule.get("timeouts") for rule in rules] == [expected] * len(rules)


def test_a_route_has_filters_and_rules_of_the_user(render: Any, refused: Any) -> None:
    filters = [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": ["Server"]}}]
    docs = {"matches": [{"path": {"type": "PathPrefix", "value": "/docs"}}], "backendRefs": [{"name": "docs"}]}
    *served, last = render(values=route(filters=filters, extraRules=[docs])).only("HTTPRoute").at("spec.rules")
    assert served
    assert all(rule["filters"] == filters for rule in served)
    assert last == docs
    redirect = {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}
    assert render(values=route(extraRules=[redirect])).only("HTTPRoute").at("spec.rules")[-1] == redirect
    start = {"matches": [{"path": {"type": "Exact", "value": "/"}}], "backendRefs": [{"name": "relay-claude-relay"}]}
    assert render(values=route(extraRules=[start])).only("HTTPRoute").at("spec.rules")[-1] == start
    open_, closed = {"path": {"value": "/METRICS"}}, {"path": {"value": "/api"}}
    whole, unwritten = {"path": {"value": "/"}}, {"path": {"type": "PathPrefix"}}
    for matches_ in ([], [whole], [open_, closed], [unwritten], [{"method": "GET"}]):
        refs = [{"name": "relay-claude-relay", "port": 80}, {"name": "docs", "port": 80}]
        own = {"matches": matches_, "backendRefs": refs}
        assert "httpRoute.extraRules[0] makes /metrics reachable" in refused(route(extraRules=[own]))
    assert "httpRoute.timeouts.mode is never but a timeout is set" in refused(
        route(timeouts={"mode": "never", "request": "5s"})
    )


@pytest.mark.parametrize(
    ("milliseconds", "duration"),
    [(99_999_000, "99999s"), (99_999_001, "1667m"), (100_020_000, "1667m"), (2**31 - 1, "35792m")],
)
def test_a_long_timeout_of_a_route_has_at_most_five_digits(render: Any, milliseconds: int, duration: str) -> None:
    release = render(values={**route(timeouts={"mode": "always"}), "config": {"requestTimeout": milliseconds}})
    served = release.only("HTTPRoute").at("spec.rules")
    assert {rule["timeouts"]["request"] for rule in served} == {duration}


def test_an_open_route_blocks_every_spelling_by_expression(render: Any, spellings: list[str]) -> None:
    blocked, served = render(values=route(strictPaths=False)).only("HTTPRoute").at("spec.rules")
    (pattern,) = [value for kind, value in matches(blocked) if kind == "RegularExpression"]
    assert not [path for path in spellings if not re.fullmatch(pattern, path)]
    assert matches(served) == [("PathPrefix", "/")]
