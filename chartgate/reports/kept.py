"""Overviews kept by everything that they depend on, so that a run after which nothing has changed is not done again."""

from dataclasses import asdict

from chartgate.releases import store
from chartgate.reports.overview import Overview
from chartgate.tools.fingerprint import fingerprint
from chartgate.values.chart import Chart
from chartgate.values.selection import Choice

KIND = "overviews"


def key_of(chart: Chart, choice: Choice) -> str:
    """The key of a run: a hash of all that is read of the chart, of the choice and of the tools.

    Raises:
        GateError: a file of the chart cannot be read or is invalid.
    """
    return store.key_of(str(chart.folder.resolve()), chart.digest, asdict(choice), fingerprint())


def kept(key: str) -> Overview | None:
    """The overview of an earlier run; None when there was none, or what is kept cannot be read."""
    try:
        return Overview.from_data(store.load(KIND, key))
    except (KeyError, TypeError, ValueError):
        return None


def keep(key: str, overview: Overview) -> None:
    """Keep an overview for later runs."""
    store.save(KIND, key, overview.to_data())
    store.forget_old(KIND)
