"""The result of an earlier run, stored under a hash of all that it depends on, so that nothing is done twice."""

from dataclasses import asdict

import msgspec

from chartgate.findings.baseline import Baseline
from chartgate.releases import store
from chartgate.reports.overview import Overview
from chartgate.tools.control_plane.programs import named_servers
from chartgate.tools.fingerprint import fingerprint
from chartgate.values.chart import Chart
from chartgate.values.selection import Choice

KIND = "overviews"


def key_of(chart: Chart, choice: Choice, before: Baseline | None) -> str:
    """The key of a run: a hash of all that is read of the chart, of the choice, of the baseline and of the tools.

    Raises:
        GateError: a file of the chart cannot be read or is invalid.
    """
    tools = fingerprint(named_servers() if choice.api_server else ())
    return store.key_of(str(chart.folder.resolve()), chart.digest, asdict(choice), tools, msgspec.to_builtins(before))


def stored_result(key: str) -> Overview | None:
    """The overview of an earlier run; None when there was none, or what is kept cannot be read."""
    return store.load(KIND, key, Overview)


def store_result(key: str, overview: Overview) -> None:
    """Keep an overview for later runs."""
    store.save(KIND, key, asdict(overview))
    store.forget_old(KIND)
