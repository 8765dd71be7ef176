"""The first run of the gate on a chart that `helm create` makes: an empty cache, and no Helm, Go and npm on PATH.

python -m benchmarks.first_run
"""

import os
import sys
from pathlib import Path

from benchmarks.measuring import measure
from benchmarks.tables import say_table
from chartgate.errors import GateError
from chartgate.tools.cache import scratch_folder
from chartgate.tools.helm import find_helm

MEGABYTE = 1_000_000


def main() -> int:
    """Measure and print a table."""
    try:
        with scratch_folder() as folder:
            new_chart(folder)
            cache = folder / "cache"
            environment = {"XDG_CACHE_HOME": str(cache), "PATH": os.defpath}
            command = [str(Path(sys.executable).with_name("chartgate")), "web"]
            # The chart has findings.
            rows = [
                (name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{helm:.0f}", f"{rest:.0f}", target)
                for name, target in (("first run", "≤ 60 s, ≤ 120 MB beside Helm"), ("second run", ""))
                for cost in [measure(command, cwd=folder, environment=environment, accept=(0, 1))]
                for helm, rest in [kept(cache)]
            ]
    except GateError as error:
        print(f"first_run: {error}", file=sys.stderr)
        return 2
    say_table(("", "wall s", "CPU s", "Helm programs MB", "other cache MB", "target"), rows)
    return 0


def new_chart(folder: Path) -> None:
    """Make the chart "web" in a folder, as `helm create` does."""
    measure([str(find_helm("4").path), "create", "web"], cwd=folder)


def kept(cache: Path) -> tuple[float, float]:
    """How much a cache holds of Helm programs, and of everything else, in megabytes (10⁶ bytes)."""
    sizes = {path: path.stat().st_size / MEGABYTE for path in cache.rglob("*") if path.is_file()}
    helm = sum(size for path, size in sizes.items() if "helm" in path.relative_to(cache).parts)
    return helm, sum(sizes.values()) - helm


if __name__ == "__main__":
    sys.exit(main())
