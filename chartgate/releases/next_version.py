"""A chart that differs in nothing but a version, as the next release of it would."""

import re
from functools import lru_cache

from chartgate.tools.chart_files import ChartFiles

NEXT = "999.0.0"


def next_version(files: ChartFiles) -> ChartFiles:
    """The same files with another version of the chart."""
    return _with(files, "version")


def next_application(files: ChartFiles) -> ChartFiles | None:
    """The same files with another version of the application; None where Chart.yaml names none."""
    return _with(files, "appVersion") if files.mapping("Chart.yaml").get("appVersion") else None


# Every case of a chart is compared, and what is known of a chart's files hangs on their one `ChartFiles`.
@lru_cache(maxsize=4)
def _with(files: ChartFiles, key: str) -> ChartFiles:
    name = "Chart.yaml"
    text = re.sub(rf"^{key}:.*$", f"{key}: {NEXT}", files.text(name), flags=re.MULTILINE)
    return files.with_file(name, text.encode())
