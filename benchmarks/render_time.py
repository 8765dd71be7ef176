"""How much longer the chart's templates take to render than those of an earlier commit.

python -m benchmarks.render_time COMMIT [--rounds N]

Both charts render the CI values of the earlier commit in one process, without their schemas: only the templates count.
"""

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from helm_python import Chart, HelmError

from benchmarks.cases import CHART
from benchmarks.tables import say_table
from chartgate.errors import GateError
from chartgate.tools.cache import scratch_folder
from release.git import Repository

ROOT = CHART.parent.parent
TARGET = 1.25


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", help="the commit to compare with, such as v1.0.0 or main~20")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    try:
        with scratch_folder() as folder:
            before = _unpacked(options.commit, folder)
            after = folder / "after"
            shutil.copytree(CHART, after, ignore=shutil.ignore_patterns("values.schema.json"))
            values = [yaml.safe_load(path.read_text("utf-8")) or {} for path in sorted(before.glob("ci/*-values.yaml"))]
            costs = _take_turns({"before": before, "after": after}, [{}, *values], options.rounds)
    except GateError as error:
        print(f"render_time: {error}", file=sys.stderr)
        return 2
    say_table(
        ("", "ms a render", "ratio", "target"),
        [
            (options.commit, f"{costs['before']:.2f}", "1.00", ""),
            ("this tree", f"{costs['after']:.2f}", f"{costs['after'] / costs['before']:.2f}", f"≤ {TARGET}"),
        ],
    )
    return 0


def _unpacked(commit: str, folder: Path) -> Path:
    """The chart as it was at `commit`, without its schemas, below `folder`."""
    chart = CHART.relative_to(ROOT)
    Repository(ROOT).extract(commit, (str(chart),), folder)
    for schema in (folder / chart).rglob("values.schema.json"):
        schema.unlink()
    return folder / chart


def _take_turns(charts: dict[str, Path], cases: Sequence[dict[str, object]], rounds: int) -> dict[str, float]:
    """The median over `rounds` of the CPU time of a render in milliseconds. Charts take turns."""
    found: dict[str, list[float]] = {name: [] for name in charts}
    for number in range(rounds + 1):
        for name, folder in charts.items():
            seconds = sum(_render(folder, values) for values in cases)
            if number:  # the first round warms up
                found[name].append(1000 * seconds / len(cases))
    return {name: statistics.median(milliseconds) for name, milliseconds in found.items()}


def _render(folder: Path, values: dict[str, object]) -> float:
    """CPU seconds of one render. A render removes disabled subcharts from a loaded chart, so each loads it anew."""
    with Chart.load(folder) as chart:
        begun = time.process_time()
        try:
            chart.render(values, name="relay", namespace="apps")
        except HelmError as error:
            raise GateError(f"{folder.name}: Helm refuses a CI values file of the earlier commit: {error}") from error
        return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
