"""LCOV: which lines and branches of templates are reached, for editors and code review.

Source: the manual page geninfo(1) of LCOV 2, "TRACEFILE FORMAT".
"""

import os
from pathlib import Path

from chartgate.reports.coverage.result import TemplateCoverage, by_line


def lcov_report(coverage: TemplateCoverage, *, base: Path) -> bytes:
    """The whole file. Paths start at the folder `base`; each way to go is a branch of its line.

    What chartgate.yaml declares unreachable is left out.
    """
    lines = ["TN:"]
    for name, points in coverage.files.items():
        lines.append(f"SF:{Path(os.path.relpath(coverage.chart.folder / name, base)).as_posix()}")
        wanted = [point for point in points if point not in coverage.excused]
        found, hit = 0, 0
        for line, some in by_line(wanted):
            for number, point in enumerate(some):
                hits = coverage.hits(point)
                # A dash says that the line itself was not reached.
                taken = str(hits) if any(map(coverage.hits, some)) else "-"
                lines.append(f"BRDA:{line},0,{number},{taken}")
                found, hit = found + 1, hit + bool(hits)
        lines += [f"BRF:{found}", f"BRH:{hit}"]
        reached = {line: max(map(coverage.hits, some)) for line, some in by_line(wanted)}
        lines += [f"DA:{line},{hits}" for line, hits in reached.items()]
        lines += [f"LF:{len(reached)}", f"LH:{sum(hits > 0 for hits in reached.values())}", "end_of_record"]
    return "\n".join([*lines, ""]).encode()
