"""Texts that a template prints when it is broken: missing values, maps and numbers printed as Go prints them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from chartgate.findings.finding import Check, Finding, Verdict, by_release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import MADE

KEY = "template-marks"
RULES = {
    "no-value": "a text has <no value> or <nil> where a template printed a value that is not there",
    "format": "a text has an error of printf, such as %!d(string=x)",
    "map": "a text has a map or list as Go prints it, such as map[a:1]",
    "exponent": "a text has a large number as Go prints it, such as 1.23e+08",
}
_REMEDIES = {
    "no-value": "correct the name of the value, or give it a default",
    "format": "give printf as many values as it has verbs, of the right types",
    "map": "print it with toYaml or toJson, or name one of its entries",
    "exponent": "print the number with int64, as in {{ int64 .Values.size }}",
}
_MARKS = {
    "no-value": re.compile(r"<no value>|(?<![\w'\"`])<nil>(?![\w'\"`])"),
    # fmt's package documentation, Format errors.
    "format": re.compile(
        r"%!\w?\((?:EXTRA |MISSING\)|NOVERB\)|BADINDEX\)|BADWIDTH\)|BADPREC\)|<nil>\)|[\w.*\[\]{} ]+=)"
    ),
    # A key, a colon and a value that another key follows or that ends the map: no type such as map[string]int.
    "map": re.compile(r"(?<!\w)map\[(?:[\w./-]+:[^\]\n]*)?\](?!\w)"),
    # Not within base64, which has + as well.
    "exponent": re.compile(r"(?<![\w+/.-])-?\d(?:\.\d+)?e\+(?:0[6-9]|1\d)(?![\w+/=.-])"),
}
_QUICK = re.compile(r"<n|%!|map\[|e\+")
# Of these, people write some themselves in longer texts: programs, dashboards, documentation.
_IN_SHORT_TEXTS = frozenset({"map", "exponent"})
SHORT = 300
"""Characters of a line that the marks of maps and numbers are looked for in."""


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct release: what the case's own values hold is the user's."""
    return by_release(
        KEY,
        renders,
        _examine,
        count=lambda rendered: len(rendered.release),
        depends=lambda rendered: rendered.case.values,
    )


def _examine(rendered: Rendered) -> Iterator[Finding]:
    given = "\n".join((*rendered.case.values, *rendered.case.sets))
    for obj in rendered.release:
        if obj.kind == "CustomResourceDefinition":
            continue
        for where, text in _texts(obj.manifest, ""):
            for rule, mark in marks(text):
                if mark in given or (rendered.case.origin in MADE and rule in _IN_SHORT_TEXTS):
                    continue
                # A Secret's text is not shown.
                shown = "" if obj.kind == "Secret" else f': "{mark[:60]}"'
                yield Finding(KEY, rule, obj.ref, where, f"holds the mark of a broken template{shown}", _REMEDIES[rule])


@lru_cache(maxsize=4096)
def marks(text: str) -> tuple[tuple[str, str], ...]:
    """(rule, mark) of each kind of mark in a text, the first of its kind."""
    if not _QUICK.search(text):
        return ()
    found = []
    for rule, pattern in _MARKS.items():
        lines = [line for line in text.splitlines() if len(line) <= SHORT] if rule in _IN_SHORT_TEXTS else [text]
        mark = next((match[0] for line in lines if (match := pattern.search(line))), None)
        if mark is not None:
            found.append((rule, mark))
    return tuple(found)


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, child in node.items():
            where = f"{path}.{key}" if path else str(key)
            yield f"{where} (key)", str(key)
            yield from _texts(child, where)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _texts(child, f"{path}[{index}]")


CHECK = Check(
    key=KEY,
    title="Marks of broken templates",
    why="A template that prints a missing value, a map or a wrong format still renders, and Kubernetes takes the text.",
    remedy="correct the template",
    source="Go documentation, fmt, Format errors, and text/template, missingkey",
    examine=examine,
    rules=RULES,
)
