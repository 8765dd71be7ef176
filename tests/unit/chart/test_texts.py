"""A text that looks like a number or a word of YAML stays a text, in each value that takes one."""

from collections.abc import Callable
from typing import Any

import pytest

from chartgate.releases.release import Release
from chartgate.values.case import Case
from chartgate.values.hostile_cases import WORD, hostile_cases
from tests.unit.chart.offered import CHART
from tests.unit.chart.types_of import types_of

EVERY = 10**6
LOOK_ALIKES = ("1e3", "true", "007")
API_VERSIONS = [
    "gateway.networking.k8s.io/v1/HTTPRoute",
    "monitoring.coreos.com/v1/PrometheusRule",
    "monitoring.coreos.com/v1/ServiceMonitor",
]


def _by_value() -> dict[str, Case]:
    """A case for each value that takes one of the texts: the first of them."""
    cases = hostile_cases(CHART, EVERY, 1)
    found: dict[str, Case] = {}
    for text in LOOK_ALIKES:
        for case in cases:
            if case.hostile == text:
                found.setdefault(case.proves.rpartition(" at ")[2], case)
    return found


CASES = _by_value()
CONTRADICTED: dict[str, dict[str, Any]] = {
    "config.adminPassword": {},
    "config.adminUsername": {},
    "config.encryptionKey": {},
    "config.jwtSecret": {},
    "externalRedis.tlsCA.existingConfigMap": {
        "redis": {"enabled": False},
        "externalRedis": {"host": "redis.example.com", "tls": True},
    },
    "redis.auth.password": {"redis": {"auth": {"enabled": True}}},
}
"""Values that the other values of their case contradict, each with others beside which it can be set."""


@pytest.mark.parametrize("value", sorted(CASES))
def test_a_text_that_looks_like_something_else_stays_a_text(
    render: Callable[..., Release], nested: Any, merged: Any, value: str
) -> None:
    case = CASES[value]

    def typed(values: tuple[str, ...], text: str) -> Any:
        beside = CONTRADICTED.get(value)
        told = values if beside is None else merged(beside, nested({value: text}))
        return [types_of(obj.manifest) for obj in render(told, api_versions=API_VERSIONS)]

    assert typed(case.values, case.hostile) == typed(case.harmless, WORD), f"{value}: use quote in the template"


def test_most_values_that_take_a_text_are_tried() -> None:
    assert len(CASES) > 60
    assert CONTRADICTED.keys() <= CASES.keys(), "remove the others"
