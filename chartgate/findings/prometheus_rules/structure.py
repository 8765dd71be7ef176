"""What can be said of groups of rules without Prometheus: their shape, names, and brackets that close."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Fault = tuple[str, str, str]
"""Rule, place within the groups, what is wrong."""

GROUP_KEYS = frozenset({"name", "interval", "rules", "limit", "query_offset", "labels", "partial_response_strategy"})
RULE_KEYS = frozenset({"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"})
_RECORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION = re.compile(r"0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?")
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`[^`]*`|#[^\n]*')
_CLOSING = {")": "(", "]": "[", "}": "{"}


def faults(groups: Any) -> Iterator[Fault]:
    """Every fault of a list of groups."""
    if not isinstance(groups, list) or not groups:
        yield "structure", "", "is no list of groups"
        return
    names = []
    for index, group in enumerate(groups):
        place = f"[{index}]"
        rules = group.get("rules") if isinstance(group, Mapping) else None
        if not isinstance(rules, list) or not group.get("name"):
            yield "structure", place, "is no group with a name and rules"
            continue
        if group["name"] in names:
            yield "twice", f"{place}.name", f"group {group['name']} stands above already"
        names.append(group["name"])
        # Operators add camelCase forms of keys; what they mean, the schema of their kind checks.
        for key in sorted(key for key in group.keys() - GROUP_KEYS if key == key.lower()):
            yield "structure", f"{place}.{key}", "is no key of a group"
        for number, rule in enumerate(rules):
            if not isinstance(rule, Mapping):
                yield "structure", f"{place}.rules[{number}]", "is no rule"
                continue
            if rule in rules[:number]:
                yield "twice", f"{place}.rules[{number}]", "is the same as one before it"
            yield from _rule(rule, f"{place}.rules[{number}]")


def _rule(rule: Mapping[str, Any], place: str) -> Iterator[Fault]:
    kinds = [key for key in ("record", "alert") if rule.get(key)]
    if len(kinds) != 1:
        yield "structure", place, f"is {' and '.join(kinds) or 'neither a record nor an alert'}: a rule is one of both"
    for key in sorted(rule.keys() - RULE_KEYS):
        yield "structure", f"{place}.{key}", "is no key of a rule"
    if "record" in rule and not _RECORD.fullmatch(str(rule["record"])):
        yield "name", f"{place}.record", f"{rule['record']} is no name of a metric"
    if "record" in rule:
        for key in sorted({"for", "annotations", "keep_firing_for"} & rule.keys()):
            yield "structure", f"{place}.{key}", "belongs to alerts"
    for key in ("for", "keep_firing_for"):
        if key in rule and not (str(rule[key]) and _DURATION.fullmatch(str(rule[key]))):
            yield "structure", f"{place}.{key}", f"{rule[key]} is no duration"
    for part in ("labels", "annotations"):
        for name, value in (rule.get(part) or {}).items():
            if not _LABEL.fullmatch(str(name)):
                yield "name", f"{place}.{part}", f"{name} is no name of a label"
            if not isinstance(value, str):
                yield "structure", f"{place}.{part}.{name}", "is no text: quote it"
    if not _closes(str(rule.get("expr") or "")):
        yield "expression", f"{place}.expr", "is empty, or a bracket or quote in it does not close"


def _closes(expression: str) -> bool:
    """Whether an expression is there and every bracket outside quotes is closed by its like."""
    bare = _QUOTED.sub("", expression)
    opened = []
    for character in bare:
        if character in _CLOSING.values():
            opened.append(character)
        elif character in _CLOSING and (not opened or opened.pop() != _CLOSING[character]):
            return False
    return bool(expression.strip()) and not opened and not set("\"'`") & set(bare)
