"""Renders the cases that fill empty values, without the values with which Helm refuses the chart."""

from collections.abc import Callable, Sequence

from chartgate.releases.manifests import NO_YAML
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.filled_cases import FilledCase
from chartgate.values.shape import dotted

_BROKEN_YAML = (NO_YAML, "YAML parse error", "error converting YAML to JSON")
"""Parts of the messages that say that the output of a template is not YAML."""
_LONGEST = 200


def render_filled(
    cases: Sequence[FilledCase], rendered: Sequence[Rendered], render: Callable[[Sequence[Case]], list[Rendered]]
) -> tuple[list[Rendered], list[str]]:
    """Render the cases. The result has the renders, and a notice for each value that cannot be filled.

    If Helm refuses a case, its values are halved until the refused values are found. A refusal is no fault of the
    chart, because nobody said that it accepts these values. Broken YAML is one, if the shape of the value is known.

    Args:
        rendered: the renders of the cases that people wrote. If Helm refuses the defaults, the cases build on the first
            CI case that it accepts.
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
            elif filled.known and any(words in one.refusal for words in _BROKEN_YAML):
                found.append(one)
            else:
                why = " ".join(one.refusal.split())
                notices.append(f"not filled: {dotted(filled.fillings[0].path)}: {why[:_LONGEST]}")
    return found, notices


def _base(rendered: Sequence[Rendered]) -> Case | None:
    """The CI case to build on; None if Helm accepts the defaults, or refuses all CI cases."""
    if any(one.case.name == "defaults" and not one.refusal for one in rendered):
        return None
    return next((one.case for one in rendered if one.case.origin == "ci" and not one.refusal), None)
