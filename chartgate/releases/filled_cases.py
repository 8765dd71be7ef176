"""Cases that fill empty values are rendered; a value with which Helm refuses the chart is left out."""

from collections.abc import Callable, Sequence

from chartgate.releases.manifests import NO_YAML
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.filled_cases import FilledCase
from chartgate.values.shape import dotted

_BROKEN_YAML = (NO_YAML, "YAML parse error", "error converting YAML to JSON")
"""With these words Helm, or the reader of what it prints, tells that a template makes no YAML."""
_LONGEST = 200


def render_filled(
    cases: Sequence[FilledCase], rendered: Sequence[Rendered], render: Callable[[Sequence[Case]], list[Rendered]]
) -> tuple[list[Rendered], list[str]]:
    """What comes of the cases, and a notice for each value that cannot be filled.

    A case that is refused is divided until the values are found with which it is. Such a refusal is nobody's fault, as
    long as nobody has said that the chart takes these values; but of a value whose shape is known, a template has to
    print YAML.

    Args:
        rendered: the cases that people wrote; where the defaults are refused, the first that is not is filled.
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
    """The CI case to build on, where the chart refuses its defaults."""
    if any(one.case.name == "defaults" and not one.refusal for one in rendered):
        return None
    return next((one.case for one in rendered if one.case.origin == "ci" and not one.refusal), None)
