"""The values that show a finding are found with few renders, by Helm's library where it will do."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from chartgate.findings.check import Check, Fault
from chartgate.findings.finding import Finding
from chartgate.findings.reproduction import reproductions
from chartgate.findings.runner import examine
from chartgate.findings.scopes import EachComparison, EachObject, Scope
from chartgate.releases.comparisons import LIBRARY
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case

VALUES = "{open: true, size: 3, colour: red}"


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    if obj.at("data.open"):
        yield Fault("open", "data.open", "is open", "close it")


def check_of(*scopes: Scope) -> Check:
    return Check("doors", "", "", "", scopes)


class Renders:
    """Renders values as two objects that are open if the values say so, and keeps what it was asked."""

    def __init__(self, release_of: Callable[[str], Release], *, needs_program: bool = False) -> None:
        self.asked: list[tuple[str, bool]] = []
        self._release_of = release_of
        self._needs_program = needs_program

    def __call__(self, case: Case, like: Rendered, *, by_program: bool) -> Rendered:
        self.asked.append((case.name, by_program))
        return replace(like, case=case, release=self.release(case, by_program=by_program))

    def release(self, case: Case, *, by_program: bool = True) -> Release:
        is_open = "yes" if read_one(case.values[0]).get("open") and (by_program or not self._needs_program) else ""
        kinds = ("ConfigMap", "Secret")
        texts = [f"kind: {kind}\nmetadata: {{name: a}}\ndata: {{open: '{is_open}'}}\n" for kind in kinds]
        return self._release_of("---\n".join(texts))


def shown(check: Check, renders: Renders) -> list[tuple[Finding, dict[str, object]]]:
    cases = [Case(f"matrix/{number}", values=(VALUES,), origin="matrix") for number in (1, 2)]
    verdicts = examine(check, [Rendered(case, renders.release(case)) for case in cases])
    return [(one.finding, dict(one.values)) for one in reproductions([(check.key, verdicts)], [check], renders)]


def test_what_the_library_shows_is_found_by_it_alone(release_of: Callable[[str], Release]) -> None:
    renders = Renders(release_of)
    assert [values for _, values in shown(check_of(EachObject(judge)), renders)] == [{"open": True}] * 2
    assert {by_program for _, by_program in renders.asked} == {False}


def test_values_that_show_a_finding_are_tried_for_the_next(release_of: Callable[[str], Release]) -> None:
    renders = Renders(release_of)
    (first, _), (second, _) = shown(check_of(EachObject(judge)), renders)
    assert (first.about.kind, second.about.kind) == ("ConfigMap", "Secret")
    # All renders but one are for the first finding.
    alone = Renders(release_of)
    shown(check_of(EachObject(judge, wanted=lambda obj: obj.kind == "ConfigMap")), alone)
    assert len(renders.asked) == len(alone.asked) + 1


@pytest.mark.parametrize("compares", [False, True])
def test_what_only_a_program_shows_is_found_by_it(release_of: Callable[[str], Release], *, compares: bool) -> None:
    comparison = (EachComparison(LIBRARY, lambda *_: ()),) if compares else ()
    renders = Renders(release_of, needs_program=True)
    assert [values for _, values in shown(check_of(EachObject(judge), *comparison), renders)] == [{"open": True}] * 2
    assert ("matrix/1", False) not in renders.asked or not compares
