"""Cases that a schema accepts, rendered; those that contradict themselves are replaced by further ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from chartgate.releases.jobs import Outcome
from chartgate.values.case import Case

AT_ONCE = 128
MOST_REPLACED = 10
"""Contradictory cases for each one wanted after which no more are replaced."""


def render_accepted(
    stream: Iterator[Case], wanted: int, guards: Sequence[str], render: Callable[[Sequence[Case]], list[Outcome]]
) -> tuple[list[Outcome], dict[str, int]]:
    """What comes of the first `wanted` cases of `stream` that are not refused with the words of a guard.

    Also how many each guard refused. A case that is refused with other words is kept, since that is a defect. There are
    fewer than `wanted` when the stream ends, or nearly all of it contradicts itself.
    """
    kept: list[Outcome] = []
    names: set[str] = set()
    replaced: Counter[str] = Counter()
    while len(names) < wanted and replaced.total() <= MOST_REPLACED * wanted:
        cases = list(islice(stream, min(AT_ONCE, wanted - len(names))))
        if not cases:
            break
        for outcome in render(cases):
            guard = next((guard for guard in guards if guard in outcome.refusal), None)
            if guard is None:
                kept.append(outcome)
                names.add(outcome.job.case.name)
            else:
                replaced[guard] += 1
    return kept, dict(replaced)
