"""Renders the cases that fill empty values, without the values with which Helm refuses the chart."""

from collections.abc import Callable, Sequence

from chartgate.releases.manifests import BROKEN_YAML
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.filled_cases import FilledCase
from chartgate.values.shape import dotted


def render_filled(
    cases: Sequence[FilledCase], rendered: Sequence[Rendered], render: Callable[[Sequence[Case]], list[Rendered]]
) -> tuple[list[Rendered], list[str]]:
    """Render the cases. The result has the renders, and a notice for each value that cannot be filled.

    If Helm refuses a case, its values are halved until the refused values are found. A refusal is no fault of the
    chart, because nobody said that it accepts these values. Broken YAML is one, if the shape of the value is known.

    Args:
        rendered: the renders of the cases that people wrote. If Helm refuses the defaults or they make no pods, the
            cases build on another one.
        render: renders cases.
    """
    base = _base(rendered)
    cases = [one.on(base) for one in cases] if base else cases
    found: list[Rendered] = []
    notices: list[str] = []
    while cases:
        by_name = {one.case.name: one for one in cases}
        cases = []
        for one in render([filled.case for filled in by_name.values()]):
            filled = by_name[one.case.name]
            halves = list(filled.halves()) if one.refusal else []
            if not one.refusal:
                found.append(one)
            elif halves:
                cases = [*cases, *(half.on(base) if base else half for half in halves)]
            elif filled.known and any(words in one.refusal for words in BROKEN_YAML):
                found.append(one)
            else:
                notices.append(f"not filled: {dotted(filled.fillings[0].path)}: {one.why_refused}")
    return found, notices


def _base(rendered: Sequence[Rendered]) -> Case | None:
    """The case to build on; None for the defaults.

    If Helm refuses the defaults, it is the first CI case that it accepts. If the defaults make no pods, because the
    chart needs values for its workload, it is the first case that makes some: a CI case, else an example of a document.
    """
    accepted = [one for one in rendered if not one.refusal]
    defaults = [one for one in accepted if one.case.name == "defaults"]
    origins = ("ci", "document") if defaults else ("ci",)
    if any(one.release.workloads() for one in defaults):
        return None
    others = [one for origin in origins for one in accepted if one.case.origin == origin]
    return next((one.case for one in others if not defaults or one.release.workloads()), None)
