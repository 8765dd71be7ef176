"""Leaves out references to objects that the chart's author presupposes, and that the values of the case do not name.

The text around an example of a README tells the reader to create a Secret first, unless chartgate.yaml says that each
example works by itself. A wrong name in a template shows in the other cases, too. And values.yaml may have the name of
an object that the chart does not create by default: `serviceAccount: {create: false, name: builder}`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chartgate.findings.finding import Column, Verdict
from chartgate.findings.references import CHECK
from chartgate.tools.walk import walk


def without_presupposed(
    columns: Sequence[Column], defaults: Mapping[str, Any], *, documents_named: bool
) -> list[Column]:
    """The verdicts without the missing objects that are presupposed.

    Args:
        defaults: what values.yaml holds.
        documents_named: chartgate.yaml names the documents, so that each of their examples has to work.
    """
    nodes = [node for _, node in walk(defaults) if isinstance(node, Mapping)]
    given = {str(node.get("name")) for node in nodes if node.get("create") is False and node.get("name")}

    def kept(verdict: Verdict) -> Verdict:
        if verdict.rendered.case.origin == "document" and not documents_named:
            return _without(verdict, None)
        return _without(verdict, given) if given else verdict

    return [(key, [kept(one) for one in verdicts] if key == CHECK.key else verdicts) for key, verdicts in columns]


def _without(verdict: Verdict, names: Collection[str] | None) -> Verdict:
    """A verdict without findings about missing objects with these names; None: with any name."""
    found = (one for one in verdict.findings if one.target is None or not (names is None or one.target.name in names))
    return replace(verdict, findings=tuple(found))
