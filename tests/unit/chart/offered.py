"""The cases that the chart offers, for tests that have each of them as a case of their own."""

from chartgate.values.chart import read_chart
from tests.unit.chart.printed import ROOT

CHART = read_chart(ROOT / "charts" / "claude-relay")
"""The chart, read once for the parameters of all tests."""
OFFERED = {case.name: case for case in CHART.offered_cases}
"""By name: the defaults, the CI values, the APIs that templates ask about, the examples of documents."""
