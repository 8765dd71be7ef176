"""Cases that a schema accepts are rendered, and those that contradict themselves are replaced."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from chartgate.releases.accepted import render_accepted
from chartgate.releases.jobs import Job, Outcome
from chartgate.releases.release import Release
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case

GUARDS = ["do not go together"]


def stream() -> Iterator[Case]:
    return (Case(f"schema/accepted-{number:04d}") for number in count(1))


def renderer(refusal_of: Callable[[int], str]) -> Callable[[Sequence[Case]], list[Outcome]]:
    def outcome(case: Case) -> Outcome:
        refusal = refusal_of(int(case.name[-4:]))
        release = None if refusal else Release("x", "apps", "4", "1.37", ())
        return Outcome(Job(case, EMBEDDED, "1.37"), release, refusal)

    return lambda cases: [outcome(case) for case in cases]


def test_contradictions_are_replaced_and_counted_and_other_refusals_are_not() -> None:
    words = {0: "error: these do not go together: mode", 1: "error: nil pointer"}
    kept, replaced = render_accepted(stream(), 50, GUARDS, renderer(lambda number: words.get(number % 3, "")))
    assert len(kept) == 50
    assert {outcome.refusal for outcome in kept} == {"", "error: nil pointer"}
    assert replaced == {"do not go together": sum(number % 3 == 0 for number in range(1, 75))}


def test_what_always_contradicts_itself_comes_to_an_end() -> None:
    kept, replaced = render_accepted(stream(), 5, GUARDS, renderer(lambda _: GUARDS[0]))
    assert (kept, replaced) == ([], {GUARDS[0]: 55})
