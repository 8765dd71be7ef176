"""Overviews kept by everything that they depend on, so that a run after which nothing has changed is not done again."""

import hashlib
from dataclasses import asdict
from pathlib import Path

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.reports.overview import Overview
from chartgate.tools.fingerprint import fingerprint
from chartgate.values.discovery import chart_name
from chartgate.values.selection import Choice
from chartgate.values.settings import read_settings

KIND = "overviews"


def key_of(chart: Path, choice: Choice) -> str:
    """The key of a run: a hash of the chart, of the documents and the matrix outside it, of the choice and the tools.

    Raises:
        GateError: the chart or a file of it cannot be read.
    """
    chart_name(chart)  # tells in its own words what is no chart
    outside = [*read_settings(chart).documents, *([choice.matrix] if choice.matrix and choice.matrix.is_file() else [])]
    try:
        contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in outside]
    except OSError as error:
        raise GateError(f"{error.filename}: cannot be read: {error.strerror}") from error
    return store.key_of(str(chart.resolve()), store.chart_digest(chart), contents, asdict(choice), fingerprint())


def kept(key: str) -> Overview | None:
    """The overview of an earlier run; None when there was none, or what is kept cannot be read."""
    try:
        return Overview.from_data(store.load(KIND, key))
    except (KeyError, TypeError, ValueError):
        return None


def keep(key: str, overview: Overview) -> None:
    """Keep an overview; one with notices tells what could not be had then, and may be had now."""
    if not overview.notices:
        store.save(KIND, key, overview.to_data())
        store.forget_old(KIND)
