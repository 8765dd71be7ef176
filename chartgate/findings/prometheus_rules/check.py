"""The check itself: groups of rules are found, looked at by structure, and given to promtool where it is at hand."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.prometheus_rules import promtool, structure
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import KubeObject
from chartgate.tools.kubernetes_yaml import read_one


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """Faults of the groups of rules in an object."""
    for where, groups in _groups(obj):
        if groups is None:
            yield Fault("unreadable", where, "holds no groups of rules that can be read")
            continue
        faults = list(structure.faults(groups))
        for rule, place, what in faults:
            yield Fault(rule, f"{where}{place}", what)
        # What is misshapen already, promtool would only name once more.
        for line in () if faults else promtool.complaints(groups):
            yield Fault("promtool", where, line)


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


CHECK = Check(
    key="prometheus-rules",
    title="Prometheus rules",
    why="Prometheus loads no rule of a file in which one is wrong: every alert of the release is silent then.",
    source="Prometheus configuration, Recording rules and Alerting rules; Prometheus Operator API, PrometheusRule",
    scopes=(EachObject(judge, wanted=lambda obj: bool(_groups(obj)), any_version=True),),
    rules={
        "unreadable": Rule(
            "a file of rules is no YAML mapping with groups",
            "write a mapping with the key groups",
            "groups: [] in a file that is not YAML",
        ),
        "structure": Rule(
            "a group or a rule lacks what it must have, or has what Prometheus does not know",
            "compare the rule with Prometheus' documentation",
            "rules: [{alert: Down, record: down, expr: up == 0}]",
        ),
        "name": Rule(
            "an alert, a record or a label has a name that Prometheus does not take",
            "use letters, digits and underscores",
            "rules: [{record: my-record, expr: up}]",
        ),
        "twice": Rule(
            "two groups have one name, or two rules of a group are the same",
            "give each group a name of its own, and remove one of two equal rules",
            "groups: [{name: a, rules: []}, {name: a, rules: []}]",
        ),
        "expression": Rule(
            "an expression is empty, or its brackets and quotes do not close",
            "close the bracket or quote",
            "rules: [{alert: Down, expr: sum(up}]",
        ),
        "promtool": Rule(
            "promtool check rules refuses the groups",
            "correct the rule; promtool check rules says the same of a file",
            "rules: [{alert: Down, expr: up ==}]",
        ),
    },
    about="rules of Prometheus",
    program=promtool.PROMTOOL.name,
)
