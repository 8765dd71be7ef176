"""The whole gate on claude-relay: with empty caches, again with nothing changed, and with twice the generated cases.

python -m benchmarks.gate [--skip-doubling] [chartgate's own options …]
"""

import argparse
import re
import sys
from pathlib import Path

from benchmarks.cases import CHART
from benchmarks.measuring import Cost, measure
from benchmarks.tables import say_table
from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder, scratch_folder

DOWNLOADS = ("helm", "schemas", "clients", "go-programs")
"""What a cold run may keep in the cache: programs and schemas. What the gate found out before is gone."""
GIGABYTE = 1 << 30


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skip-doubling", action="store_true", help="leave out the runs with 500 and 1,000 cases")
    options, more = parser.parse_known_args()
    rows = []
    try:
        with scratch_folder() as cache:
            rows.append(_row("cold", *_gate(cache, more), target="≤ 60 s"))
            rows.append(_row("warm", *_gate(cache, more), target="≤ 3 s"))
        with scratch_folder() as cache:
            rows.append(_row("cold, watched", *_gate(cache, more, memory=True), target="≤ 1.0 GiB"))
        if not options.skip_doubling:
            costs = []
            for count in (500, 1000):
                with scratch_folder() as cache:
                    cost, cases = _gate(cache, [*more, "--generated", str(count)])
                costs.append(cost)
                rows.append(_row(f"cold, {count} of each sort", cost, cases))
            ratio = f"× {costs[1].wall / costs[0].wall:.2f} wall, × {costs[1].cpu / costs[0].cpu:.2f} CPU"
            rows.append((f"1000 against 500: {ratio}", "", "", "", "", "< × 2"))
    except GateError as error:
        print(f"gate: {error}", file=sys.stderr)
        return 2
    say_table(("", "cases", "wall s", "CPU s", "memory GiB", "target"), rows)
    return 0


def _gate(cache: Path, options: list[str], *, memory: bool = False) -> tuple[Cost, str]:
    """What a run costs, and how many cases it says it had. Findings are no failure of the measurement."""
    home = cache / "chartgate"
    home.mkdir(exist_ok=True)
    for name in DOWNLOADS:
        if not (home / name).exists():
            (home / name).symlink_to(cache_folder(name))
    report = cache / "report.txt"
    command = [str(Path(sys.executable).with_name("chartgate")), str(CHART), *options]
    shell = ["/bin/sh", "-c", 'report=$1; shift; "$@" > "$report"', "sh", str(report), *command]
    cost = measure(shell, environment={"XDG_CACHE_HOME": str(cache)}, accept=(0, 1), memory=memory)
    cases = re.search(r"\bcases (\d+)", report.read_text(encoding="utf-8"))
    if cases is None:
        raise GateError(f"the gate does not say how many cases it had: {report.read_text(encoding='utf-8')[-2000:]}")
    return cost, cases[1]


def _row(name: str, cost: Cost, cases: str, target: str = "") -> tuple[str, ...]:
    return (
        name,
        cases,
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{cost.memory / GIGABYTE:.2f}" if cost.memory else "",
        target,
    )


if __name__ == "__main__":
    sys.exit(main())
