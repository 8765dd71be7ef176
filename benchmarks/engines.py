"""chartgate's embedded engine, helm-unittest, and a process a case: render, parse, and the same assertions.

Beside them a Go program on Helm's module renders and parses, without assertions: the least that any program needs.

python -m benchmarks.engines [--cases N] [--rounds N] [--skip-naive]
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.assertions import ASSERTIONS
from benchmarks.cases import CHART, INDEX, FileCase
from benchmarks.chosen_cases import write_cases
from benchmarks.measuring import Cost, measure, take_turns
from benchmarks.programs import engine_limit
from benchmarks.tables import say_table
from chartgate.errors import GateError
from chartgate.tools.cache import scratch_folder
from chartgate.tools.embedded.process import LIMITS
from chartgate.tools.helm import find_helm
from chartgate.tools.helm_unittest import pinned_program

EMBEDDED, UNITTEST, NAIVE = "chartgate, embedded", "helm-unittest 1.1.2", "helm template + SafeLoader"
LIMIT = "Go on Helm's module"
TARGETS = {UNITTEST: "≥ 3 wall", LIMIT: f"≥ {1 / 1.3:.2f} CPU"}


def main() -> int:
    """Measure and print a table."""
    options = _options()
    try:
        unittest, limit = pinned_program(), engine_limit()
        find_helm("4")
        with scratch_folder() as folder:
            cases = write_cases(options.cases, folder)
            chart = _chart_with_suite(cases, folder)
            contestants = {
                EMBEDDED: lambda: _way("embedded", folder),
                LIMIT: lambda: measure([str(limit), str(CHART), str(folder / INDEX)], environment=LIMITS),
                UNITTEST: lambda: measure([str(unittest), str(chart)], environment={"HOME": str(folder)}),
            }
            if not options.skip_naive:
                contestants[NAIVE] = lambda: _way("naive", folder)
            costs = take_turns(contestants, options.rounds)
    except GateError as error:
        print(f"engines: {error}", file=sys.stderr)
        return 2
    print(f"{len(cases)} cases of claude-relay, {len(ASSERTIONS)} assertions each, median of {options.rounds} rounds\n")
    say_table(
        ("", "cases/s", "wall s", "CPU s", "× wall", "× CPU", "target"),
        [_row(name, cost, costs[EMBEDDED], len(cases)) for name, cost in costs.items()],
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip-naive", action="store_true", help="leave out the slow one")
    return parser.parse_args()


def _way(name: str, folder: Path) -> Cost:
    command = [sys.executable, "-m", "benchmarks.contestants", name, str(folder)]
    return measure(command, cwd=CHART.parent.parent)


def _chart_with_suite(cases: Sequence[FileCase], folder: Path) -> Path:
    """A copy of the chart with the cases as a suite of helm-unittest, which wants its tests in the chart."""
    chart = folder / CHART.name
    shutil.copytree(CHART, chart)
    (chart / "tests").mkdir()
    tests = [
        {
            "it": case.name,
            "values": [case.values],
            "release": {"name": case.release, "namespace": case.namespace},
            "capabilities": {
                "majorVersion": int(case.kubernetes.partition(".")[0]),
                "minorVersion": int(case.kubernetes.partition(".")[2]),
                "apiVersions": list(case.api_versions),
            },
            "asserts": [assertion.for_helm_unittest(case.release) for assertion in ASSERTIONS],
        }
        for case in cases
    ]
    suite = yaml.safe_dump({"suite": "cases", "tests": tests})
    (chart / "tests" / "cases_test.yaml").write_text(suite, encoding="utf-8")
    return chart


def _row(name: str, cost: Cost, ours: Cost, cases: int) -> tuple[str, ...]:
    return (
        name,
        f"{cases / cost.wall:.1f}",
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{cost.wall / ours.wall:.1f}",
        f"{cost.cpu / ours.cpu:.1f}",
        TARGETS.get(name, ""),
    )


if __name__ == "__main__":
    sys.exit(main())
