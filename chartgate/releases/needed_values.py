"""Charts that need values of their user: their CI values then stand for the defaults, as in chart-testing."""

from collections.abc import Sequence

from chartgate.releases.rendered import Rendered
from chartgate.tools.some_of import some_of
from chartgate.values.case import Origin
from chartgate.values.selection import OWN_REFUSAL

_NAMED = 3
_ASKS = (OWN_REFUSAL, "values don't meet the specifications of the schema")
"""With these words Helm tells that `required`, `fail` or values.schema.json refuses the values."""


def without_bare_defaults(
    renders: Sequence[Rendered], *, documents_named: bool
) -> tuple[list[Rendered], tuple[str, ...]]:
    """The renders without those that lack values which the chart asks its user for, and a notice about them.

    Where the chart refuses its defaults and renders some of its CI values, the defaults are not a case to install. Nor
    are the other cases on top of the defaults: those with another cluster, and the examples of a README.

    Args:
        documents_named: chartgate.yaml names the documents, so that each of their examples has to work.

    Source: chart-testing (ct install --help): with ci/*-values.yaml, the chart is tested with these files alone.
    """
    defaults = [one for one in renders if one.case.name == "defaults"]
    tested = any(one.case.origin == "ci" and not one.refusal for one in renders)
    if not tested or not any(_asks(one) for one in defaults):
        return list(renders), ()
    bare: frozenset[Origin] = frozenset({"defaults"} if documents_named else {"defaults", "document"})
    left = {one.case.name: one for one in renders if one.case.origin in bare and _asks(one)}
    why = " ".join(next(iter(left.values())).refusal.split())
    notice = f"left out: {some_of([*left], _NAMED)}: the chart asks for values that its CI values give: {why}"
    return [one for one in renders if one.case.name not in left], (notice,)


def _asks(rendered: Rendered) -> bool:
    return any(words in rendered.refusal for words in _ASKS)
