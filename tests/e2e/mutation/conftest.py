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
