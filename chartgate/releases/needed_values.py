"""Cases that cannot be installed as they are, which is no fault of the chart: they are left out, with a notice.

A chart may need values of its user: its CI values then stand for the defaults, as in chart-testing. An example of a
README may be a part of what the text around it tells. And a case may need a subchart that is missing.
"""

from collections.abc import Collection, Sequence

import yaml

from chartgate.releases.manifests import BROKEN_YAML
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.some_of import some_of
from chartgate.values.assignments import assigned
from chartgate.values.case import Case, Origin
from chartgate.values.installable import value_at
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
    why = next(iter(left.values())).why_refused
    notice = f"left out: {some_of([*left], _NAMED)}: the chart asks for values that its CI values give: {why}"
    return [one for one in renders if one.case.name not in left], (notice,)


def without_refused_examples(
    renders: Sequence[Rendered], *, documents_named: bool
) -> tuple[list[Rendered], tuple[str, ...]]:
    """The renders without the examples of a README that Helm refuses, and a notice about each of them.

    Broken YAML is the fault of a template, whatever the example lacks.

    Args:
        documents_named: chartgate.yaml names the documents, so that each of their examples has to work.
    """
    if documents_named:
        return list(renders), ()
    left = {one.case.name: one.why_refused for one in renders if one.case.origin == "document" and _is_refused(one)}
    notices = [f"left out: {name}: Helm refuses the example: {why}" for name, why in left.items()]
    return [one for one in renders if one.case.name not in left], tuple(notices)


def without_absent_subcharts(
    renders: Sequence[Rendered], switches: Collection[str]
) -> tuple[list[Rendered], tuple[str, ...]]:
    """The renders without the cases that switch on a subchart which is missing, and a notice about them.

    Args:
        switches: the values paths that switch the missing subcharts on, such as `redis.enabled`.
    """
    cases = {one.case.name: one.case for one in renders} if switches else {}
    left = [name for name, case in cases.items() if _switches_on(case, switches)]
    if not left:
        return list(renders), ()
    notice = f"left out: {some_of(left, _NAMED)}: a subchart that is missing is on in these cases"
    return [one for one in renders if one.case.name not in left], (notice,)


def _switches_on(case: Case, switches: Collection[str]) -> bool:
    try:
        values = [*map(read_one, case.values), assigned(case.sets)]
    except yaml.YAMLError:
        return False  # Helm refuses the case
    return any(value_at(one, path) is True for one in values for path in switches)


def _is_refused(rendered: Rendered) -> bool:
    return bool(rendered.refusal) and not any(words in rendered.refusal for words in BROKEN_YAML)


def _asks(rendered: Rendered) -> bool:
    return any(words in rendered.refusal for words in _ASKS)
