"""docs/checks.md, made of what the checks declare: `python -m chartgate.findings.document docs/checks.md`."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from chartgate.findings import checkov
from chartgate.findings.check import EVERY_CHECK, Check, Rule
from chartgate.findings.checkov.check import NOTES
from chartgate.findings.checkov.repetitions import REPETITIONS
from chartgate.findings.finding import Severity
from chartgate.findings.registry import CHECKS, OF_COMMANDS
from chartgate.findings.scopes import EachComparison

PUBLISHED = "https://git.example.com/claude-relay-chart/blob/main/docs/checks.md"
"""Where the document is published; release/release.yaml names the repository."""

OPENING = """\
<!-- Made by `make generate` from the declarations in chartgate/findings/: edit those. -->
# Checks

`render` is the first column of every report; the other checks look at the objects of each render. `chart` looks at
the chart's own files, and `exceptions` at `chartgate.yaml`. Only `chartgate live` runs the check `live`. A check that
examined nothing in any case fails, unless its section allows that. An error makes an installation fail or breaks what
it installs. A warning is against good practice. A note never changes the exit code (`--fail-on`).
`chartgate explain CHECK/RULE` explains one rule.

Any check may also have findings of these rules:

"""


def document(checks: Sequence[Check]) -> str:
    """The text of docs/checks.md."""
    rows = [f"| [`{check.key}`](#{check.key}) | {len(check.rules) or 'its own'} | {check.title} |" for check in checks]
    table = ["| Check | Rules | What it is about |", "|---|---|---|", *rows]
    return OPENING + "\n".join([*_rules(EVERY_CHECK), "", *table, "", *map(_section, checks)])


def _rules(rules: Mapping[str, Rule], severity: Severity = "error") -> list[str]:
    heads = ["| Rule | Severity | A finding when | Remedy | Example of a fault |", "|---|---|---|---|---|"]
    return [*heads, *(_row(key, rule, rule.severity or severity) for key, rule in rules.items())]


def _row(key: str, rule: Rule, severity: Severity) -> str:
    return f"| `{key}` | {severity} | {_plain(rule.text)} | {_plain(rule.remedy)} | {_plain(rule.example)} |"


def _repetitions() -> Iterator[str]:
    for policy, same in groupby(REPETITIONS, key=lambda one: one.policy):
        yield f"  | `{policy}` | {' or '.join(f'`{one.check}/{one.rule}`' for one in same)} |"


def _plain(text: str) -> str:
    """A text without what Markdown would take for its own."""
    return re.sub(r"([|*<\[\]`_\\])", r"\\\1", text)


def _section(check: Check) -> str:
    lines = [f"## {check.key}", "", f"**{check.title}.** {check.why}", "", f"- Source: {check.source}."]
    if not check.rules:
        lines.append(f"- Severity of its findings: {check.severity}.")
    if check.key == checkov.CHECK.key:
        lines += [
            "- A finding of another check about the same object and container replaces one of these policies. "
            "An exception must then name that check and its rule:"
        ]
        lines += ["", "  | Policy | Finding of |", "  |---|---|", *_repetitions(), ""]
        lines += ["- These policies are only notes:", ""]
        lines += [f"  - `{policy}`: {_plain(why)}" for policy, why in NOTES.items()]
    if check.about:
        lines.append(f"- It passes with nothing examined where there are no {check.about}.")
    if check.program:
        lines.append(f"- `{check.program}` judges as well where it is on PATH.")
    compared = [scope.comparison for scope in check.scopes if isinstance(scope, EachComparison)]
    of_authors = [one.title for one in compared if one.of_authors]
    if of_authors:
        lines.append(f"- Renders the defaults and the CI cases again, to compare: {'; '.join(of_authors)}.")
    if others := [one.title for one in compared if not one.of_authors]:
        lines.append(f"- Compares each render with another one: {'; '.join(others)}.")
    if check.rules:
        lines += ["", *_rules(check.rules, check.severity)]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document((*CHECKS, *OF_COMMANDS)), encoding="utf-8")
