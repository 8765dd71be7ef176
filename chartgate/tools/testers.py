"""Who renders and tests a chart, as reports name them."""

GATE = "gate"
"""The cases and checks of the gate."""
PYTEST = "pytest"
"""The chart's pytest tests."""
UNITTEST = "helm-unittest"
"""The chart's suites of helm-unittest."""
