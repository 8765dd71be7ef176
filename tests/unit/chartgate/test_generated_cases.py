"""Cases that a schema accepts are rendered, and those that contradict themselves are replaced."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from chartgate.releases.generated_cases import render_generated
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

GUARDS = ["do not go together"]


def stream() -> Iterator[Case]:
    return (Case(f"schema/accepted-{number:04d}") for number in count(1))


def renderer(refusal_of: Callable[[int], str]) -> Callable[[Sequence[Case]], list[Rendered]]:
    def rendered(case: Case) -> Rendered:
        refusal = refusal_of(int(case.name[-4:]))
        return Rendered(case, Release("x", "apps", "4", "1.37", ()), refusal=refusal)

    return lambda cases: [rendered(case) for case in cases]


def test_contradictions_are_replaced_and_other_refusals_are_not() -> None:
    words = {0: "error: these do not go together: mode", 1: "error: nil pointer"}
    kept = render_generated(stream(), 50, GUARDS, renderer(lambda number: words.get(number % 3, "")))
    assert len(kept) == 50
    assert {rendered.refusal for rendered in kept} == {"", "error: nil pointer"}
    assert kept[-1].case.name == "schema/accepted-0074"


def test_what_always_contradicts_itself_comes_to_an_end() -> None:
    cases = stream()
    assert render_generated(cases, 5, GUARDS, renderer(lambda _: GUARDS[0])) == []
    assert next(cases).name == "schema/accepted-0056"
