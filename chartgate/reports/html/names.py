"""Fragment names of the cases: readable, of plain characters, each its own."""

import re
from collections.abc import Iterable


def case_ids(names: Iterable[str]) -> dict[str, str]:
    """The fragment of each case, such as "case-ci-autoscaling" for "ci/autoscaling"."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:80]
        candidate, number = f"case-{plain}", 1
        while candidate in taken:
            number += 1
            candidate = f"case-{plain}-{number}"
        taken.add(candidate)
        ids[name] = candidate
    return ids
