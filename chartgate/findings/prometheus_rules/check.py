"""The check itself: groups of rules are found, looked at by structure, and given to promtool where it is at hand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_object
from chartgate.findings.prometheus_rules import promtool, structure
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one

KEY = "prometheus-rules"
RULES = {
    "unreadable": "a file of rules is no YAML mapping with groups",
    "structure": "a group or a rule lacks what it must have, or has what Prometheus does not know",
    "name": "an alert, a record or a label has a name that Prometheus does not take",
    "twice": "two groups have one name, or two rules of a group are the same",
    "expression": "an expression is empty, or its brackets and quotes do not close",
    "promtool": "promtool check rules refuses the groups",
}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct object that holds groups of rules."""
    return by_object(KEY, renders, _examine, wanted=lambda obj: bool(_groups(obj)))


def _examine(obj: KubeObject, _: str) -> Iterator[Finding]:
    for where, groups in _groups(obj):
        if groups is None:
            yield _finding("unreadable", obj, where, "holds no groups of rules that can be read")
            continue
        faults = list(structure.faults(groups))
        for rule, place, what in faults:
            yield _finding(rule, obj, f"{where}{place}", what)
        # What is misshapen already, promtool would only name once more.
        for line in () if faults else promtool.complaints(groups):
            yield _finding("promtool", obj, where, line)


def _groups(obj: KubeObject) -> list[tuple[str, Any]]:
    """(place, groups) of each set of rules in an object; None for groups that cannot be read."""
    if obj.kind == "PrometheusRule":
        return [("spec.groups", obj.spec.get("groups"))]
    if obj.kind != "ConfigMap":
        return []
    return [
        (f"data.{key}: groups", _read(str(text)))
        for key, text in (obj.manifest.get("data") or {}).items()
        if re.search(r"^groups:", str(text), re.MULTILINE) and re.search(r"^\s*(- )?rules:", str(text), re.MULTILINE)
    ]


def _read(text: str) -> Any:
    try:
        data = read_one(text)
    except yaml.YAMLError:
        return None
    return data.get("groups") if isinstance(data, Mapping) else None


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Prometheus rules",
    why="Prometheus loads no rule of a file in which one is wrong: every alert of the release is silent then.",
    remedy="correct the rule; `promtool check rules` says the same of a file",
    source="Prometheus configuration, Recording rules and Alerting rules; Prometheus Operator API, PrometheusRule",
    examine=examine,
    rules=RULES,
    about="rules of Prometheus",
    program=promtool.PROGRAM,
)
