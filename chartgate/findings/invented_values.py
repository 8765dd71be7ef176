"""Leaves out findings about content that the gate itself writes into empty values.

A case that fills empty values shows what templates do with them. The objects that such values name do not exist, and
nobody said that the chart accepts a guessed value. Findings about these are no defects of the chart.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from chartgate.findings.finding import Column, Finding, Verdict
from chartgate.findings.own_switches import WORKMANSHIP
from chartgate.findings.user_values import user_values
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.walk import walk
from chartgate.values.case import Case

SHAPE = frozenset({"render", "schema", "template-marks"})
"""Findings of these checks count if the shape of the value is known: the template puts it in a wrong place."""
CONTENT = frozenset({"api-server", "list-keys", "names"})
"""Findings of these checks do not count if they are about a part that contains the invented content."""
OWN_TEMPLATES = WORKMANSHIP | {"labels", "monitors", "references"}
"""Findings of these checks count only if no other case renders the template."""
WHOLE = frozenset({"leaks"})
"""These checks look at where a value ends up, not at its content."""
_SHORTEST = 3
"""Letters of a text that says something."""


def without_invented(columns: Sequence[Column]) -> list[Column]:
    """The verdicts without the findings about what the gate has filled in.

    Findings about how well an object is made come from other cases, if one of them renders its template.
    """
    others = {
        obj.template
        for _, verdicts in columns
        for one in verdicts
        if one.rendered.case.origin != "filled"
        for obj in one.rendered.release
    }
    return [(key, [_kept(one, others) for one in verdicts]) for key, verdicts in columns]


def _kept(verdict: Verdict, others: Collection[str]) -> Verdict:
    if verdict.rendered.case.origin != "filled" or not verdict.findings:
        return verdict
    return replace(verdict, findings=tuple(one for one in verdict.findings if _counts(one, verdict.rendered, others)))


def _counts(finding: Finding, rendered: Rendered, others: Collection[str]) -> bool:
    if finding.check in WHOLE:
        return True
    obj = next((one for one in rendered.release if one.about == finding.about), None)
    if finding.check in OWN_TEMPLATES and obj is not None and obj.template in others:
        return False
    texts = _texts(rendered.case)
    if finding.check not in SHAPE and _mentions(finding, texts):
        return False
    part, around = _part(finding, obj)
    asked = user_values(rendered.case)
    if any(isinstance(node, dict | list) and node and asked.holds(node) for node in (part, around)):
        return False  # the template writes the content as it is
    if finding.check in CONTENT and isinstance(part, str) and part in _keys(rendered.case):
        return False
    about = json.dumps(part, default=str) + finding.what
    guesses = rendered.case.guesses if finding.check not in CONTENT else texts
    return not any(guess in about for guess in guesses)


def _mentions(finding: Finding, texts: frozenset[str]) -> bool:
    sentence = f"{finding.about} {finding.where} {finding.what} {finding.target}"
    said = set(re.findall(r"[\w./-]+", sentence))
    said |= {name.partition("/")[2] for name in said}
    return bool(said & texts) or any(text in sentence for text in texts if text.startswith("invented"))


@lru_cache(maxsize=1024)
def _texts(case: Case) -> frozenset[str]:
    """The strings and numbers that the case fills in."""
    nodes = [node for text in case.values for _, node in walk(read_one(text)) if not isinstance(node, bool)]
    texts = {node for node in nodes if isinstance(node, str) and len(node) >= _SHORTEST}
    return frozenset(texts | {str(node) for node in nodes if isinstance(node, int | float)})


@lru_cache(maxsize=1024)
def _keys(case: Case) -> frozenset[str]:
    """The keys of the values that the case fills in: a chart may take names from them."""
    return frozenset(
        str(key) for text in case.values for _, node in walk(read_one(text)) if isinstance(node, dict) for key in node
    )


def _part(finding: Finding, obj: KubeObject | None) -> tuple[Any, Any]:
    """The part of the object that the finding is about, and the one around it."""
    node: Any = obj.manifest if obj is not None else None
    around: Any = None
    for step in re.findall(r"[\w/-]+|\[\d+\]", re.sub(r"\([^)]*\)", "", finding.where)):
        if isinstance(node, dict) and step in node:
            node, around = node[step], node
        elif isinstance(node, list) and step.startswith("[") and int(step[1:-1]) < len(node):
            node, around = node[int(step[1:-1])], node
    return node, around
