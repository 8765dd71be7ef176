"""docs/checks.md, made of what the checks declare: `python -m chartgate.findings.document docs/checks.md`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from chartgate.findings import chart_files
from chartgate.findings.check import Check, Rule
from chartgate.findings.finding import OldCheck
from chartgate.findings.registry import CHECKS

OPENING = """\
<!-- Made by `make generate` from the declarations in chartgate/findings/: edit those. -->
# Checks

`render` is the first column of every report: Helm accepts the values, prints objects and no warning. The checks below
look at those objects. A check that examined nothing in any case fails, but for those that say otherwise. Besides its
own rules any check may find an object `malformed`, or the run `nothing-examined`. `exceptions` names each entry of
`chartgate.yaml` that accepts nothing any more. `chart` is about the chart's own files, whatever they render.

| Check | Rules | What it is about |
|---|---|---|
"""


def document(checks: Sequence[Check | OldCheck]) -> str:
    """The text of docs/checks.md."""
    rows = [f"| [`{check.key}`](#{check.key}) | {len(check.rules) or 'its own'} | {check.title} |" for check in checks]
    files = "\n".join(["## chart", "", *_rules(chart_files.CHECK.rules), ""])
    return OPENING + "\n".join([*rows, "", files, *(_section(check) for check in checks)])


def _rules(rules: Mapping[str, str] | Mapping[str, Rule]) -> list[str]:
    return ["| Rule | A finding when |", "|---|---|", *(_row(*rule) for rule in rules.items())]


def _row(rule: str, what: str | Rule) -> str:
    text = what.text if isinstance(what, Rule) else what
    return f"| `{rule}` | {text}{' (a note, which does not change the exit code)' if _is_note(what) else ''} |"


def _is_note(what: str | Rule) -> bool:
    return isinstance(what, Rule) and what.note


def _section(check: Check | OldCheck) -> str:
    lines = [f"## {check.key}", "", f"**{check.title}.** {check.why}", "", f"- Remedy: {check.remedy}."]
    lines.append(f"- Source: {check.source}.")
    if check.about:
        lines.append(f"- It passes with nothing examined where there are no {check.about}.")
    if check.program:
        lines.append(f"- `{check.program}` judges as well where it is on PATH.")
    if check.variants:
        lines.append(f"- Renders the defaults and the CI cases again: {'; '.join(v.title for v in check.variants)}.")
    if check.rules:
        lines += ["", *_rules(check.rules)]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(CHECKS), encoding="utf-8")
