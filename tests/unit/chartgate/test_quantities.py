"""Kubernetes quantities: the number that each one means, and texts that are none."""

import pytest

from chartgate.tools.quantities import quantity


@pytest.mark.parametrize(
    ("amount", "number"), [("1", 1), (2, 2), ("250m", 0.25), ("1Ki", 1024), ("1e3", 1000), ("2G", 2e9), (".5", 0.5)]
)
def test_quantities_are_numbers(amount: object, number: float) -> None:
    assert float(quantity(amount) or 0) == number


@pytest.mark.parametrize("amount", ["", "1 Gi", "m", "1kB", None, True])
def test_what_is_no_quantity(amount: object) -> None:
    assert quantity(amount) is None
