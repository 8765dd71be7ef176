"""Generated cases are rendered; those that contradict themselves are replaced by further ones."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

AT_ONCE = 128
MOST_REPLACED = 10
"""Contradictory cases for each one wanted after which no more are replaced."""


def render_generated(
    stream: Iterator[Case], wanted: int, guards: Sequence[str], render: Callable[[Sequence[Case]], list[Rendered]]
) -> list[Rendered]:
    """What comes of the first `wanted` cases of `stream` that are not refused with the words of a guard.

    A case that is refused with other words is among them, since that is a defect. There are fewer than `wanted` when
    the stream ends, or nearly all of it contradicts itself.
    """
    found: list[Rendered] = []
    names: set[str] = set()
    replaced = 0
    while len(names) < wanted and replaced <= MOST_REPLACED * wanted:
        cases = list(islice(stream, min(AT_ONCE, wanted - len(names))))
        if not cases:
            break
        for rendered in render(cases):
            if any(guard in rendered.refusal for guard in guards):
                replaced += 1
            else:
                found.append(rendered)
                names.add(rendered.case.name)
    return found
