"""What template coverage and mutants cost beside the plain renders of the same cases.

python -m benchmarks.strength [--rounds N]

All render the CI values of claude-relay with Helm's library, in a process of their own. The mutants are tried with the
gate alone.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from benchmarks.cases import CHART
from benchmarks.measuring import measure, take_turns
from benchmarks.tables import say_table
from chartgate.errors import GateError

MUTANTS = 20
TARGETS = {"render": "", "coverage": "≤ 10", "mutate": "≤ 40"}
CHOICE = ("--case", "ci/*", "--kube", "1.37")


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    program = str(Path(sys.executable).with_name("chartgate"))
    own = {"render": ("--helm", "embedded"), "mutate": ("--sample", str(MUTANTS), "--fresh")}
    contestants = {
        name: partial(measure, [program, name, str(CHART), *CHOICE, *own.get(name, ())], accept=(0, 1))
        for name in TARGETS
    }
    try:
        costs = take_turns(contestants, options.rounds)
    except GateError as error:
        print(f"strength: {error}", file=sys.stderr)
        return 2
    plain = costs["render"]
    say_table(
        ("", "wall s", "CPU s", "ratio (CPU)", "target"),
        [
            (f"chartgate {name}", f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.cpu / plain.cpu:.1f}", TARGETS[name])
            for name, cost in costs.items()
        ],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
