"""A copy of a chart that differs in nothing but its version, as the next release of it would."""

import re
import shutil
from pathlib import Path

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.tools.cache import cache_folder

NEXT = "999.0.0"
_VERSION = re.compile(r"^version:.*$", re.MULTILINE)


def next_version(chart: Path) -> Path:
    """The folder of the copy, made once for each content of the chart.

    Raises:
        GateError: a file of the chart cannot be read or copied.
    """
    folder = cache_folder("next-version") / store.chart_digest(chart)
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".new")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(chart, unfinished)
        about = unfinished / "Chart.yaml"
        about.write_text(_VERSION.sub(f"version: {NEXT}", about.read_text(encoding="utf-8")), encoding="utf-8")
        unfinished.rename(folder)
    except OSError as error:
        raise GateError(f"{chart}: cannot be copied to {folder}: {error.strerror}: free some space there") from error
    return folder
