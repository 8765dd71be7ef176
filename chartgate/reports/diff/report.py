"""Differences as text for people and as JSON for programs. Equal changes of many cases are told once in the text."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from chartgate.releases.differences import ABSENT
from chartgate.reports.diff.compare import Change, ChangedObject, Difference
from chartgate.reports.files import json_file
from chartgate.tools.some_of import some_of

LONGEST_VALUE = 100
NAMED_CASES = 3


def print_diff(differences: Sequence[Difference], console: Console) -> None:
    """Write the text to `console`: cases with equal changes stand together."""
    groups: dict[str, list[Difference]] = {}
    for difference in differences:
        if not difference.empty:
            groups.setdefault("\n".join(_lines(difference)), []).append(difference)
    for text, same in groups.items():
        names = some_of([difference.case for difference in same], NAMED_CASES)
        console.print(f"[bold]{escape(names)}[/bold]", soft_wrap=True)
        console.print(f"{text}\n", soft_wrap=True)
    changed = sum(not difference.empty for difference in differences)
    broken = sum(bool(difference.immutable) for difference in differences)
    colour = "red" if broken else "green"
    outcome = (
        f"{changed} of {len(differences)} cases change, {broken} of them in a field that cannot be changed in place"
    )
    console.print(f"[{colour}]{outcome}[/{colour}]", soft_wrap=True)


def diff_data(before: str, after: str, differences: Sequence[Difference]) -> bytes:
    """The JSON file: a case an entry, unchanged ones included."""
    data = {"format": 1, "before": before, "after": after, "cases": [_case(each) for each in differences]}
    return json_file(data)


def _lines(difference: Difference) -> list[str]:
    if difference.refused:
        return [f"  [red]! {escape(difference.refused)}[/red]"]
    lines = [f"  [green]+ {escape(str(about))}[/green]" for about in difference.added]
    lines += [f"  [red]- {escape(str(about))}[/red]" for about in difference.removed]
    for obj in difference.changed:
        lines.append(f"  [yellow]~ {escape(str(obj.about))}[/yellow]{' (its pods are replaced)' if obj.rolls else ''}")
        lines += [f"      {_line(change)}" for change in obj.changes]
    return lines


def _line(change: Change) -> str:
    note = ""
    if change.immutable:
        note = " [bold red](cannot be changed: the upgrade fails)[/bold red]"
    elif change.selector:
        note = " [bold yellow](selector)[/bold yellow]"
    return f"{escape(change.path)}: {escape(_short(change.before))} → {escape(_short(change.after))}{note}"


def _short(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _case(difference: Difference) -> dict[str, Any]:
    return {
        "case": difference.case,
        "refused": difference.refused,
        "added": list(map(str, difference.added)),
        "removed": list(map(str, difference.removed)),
        "changed": [_object(obj) for obj in difference.changed],
    }


def _object(obj: ChangedObject) -> dict[str, Any]:
    return {
        "object": str(obj.about),
        "group": obj.identity.group,
        "namespace": obj.identity.namespace,
        "rolls": obj.rolls,
        "changes": [_change(change) for change in obj.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": change.path, "immutable": change.immutable, "selector": change.selector}
    # A side that has no value has no key: null is a value.
    if change.before is not ABSENT:
        entry["before"] = change.before
    if change.after is not ABSENT:
        entry["after"] = change.after
    return entry
