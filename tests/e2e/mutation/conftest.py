"""Fixtures of the tests of `chartgate mutate` with other programs that test a chart."""

from pathlib import Path

import pytest

from tests.mutation_runs import TESTS


@pytest.fixture
def tests(tmp_path: Path) -> str:
    """A file of tests of the chart that `mutate` makes."""
    path = tmp_path / "shop_tests" / "test_shop.py"
    path.parent.mkdir()
    path.write_text(TESTS, encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run starts a pytest for each processor, which takes longer than the tests of a small chart.

    tests/e2e/test_mutants.py runs with all processors.
    """
    monkeypatch.setattr("chartgate.mutation.cpu_count", lambda: 1)
