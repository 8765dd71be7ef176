"""Texts that a template prints when it is broken: missing values, maps and numbers printed as Go prints them."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObject
from chartgate.findings.user_values import UserValues
from chartgate.releases.differences import written
from chartgate.releases.objects import KubeObject
from chartgate.tools.walk import Path, nodes, walk

_MARKS = {
    "no-value": re.compile(r"<no value>|(?<![\w'\"`])<nil>(?![\w'\"`])"),
    # fmt's package documentation, Format errors.
    "format": re.compile(
        r"%!\w?\((?:EXTRA |MISSING\)|NOVERB\)|BADINDEX\)|BADWIDTH\)|BADPREC\)|<nil>\)|[\w.*\[\]{} ]+=)"
    ),
    # A key, a colon and a value that another key follows or that ends the map: no type such as map[string]int.
    "map": re.compile(r"(?<!\w)map\[(?:[\w./-]+:[^\]\n]*)?\](?!\w)"),
    # Not within base64, which has + and / as well, but no point.
    "exponent": re.compile(
        r"(?<![\w+.-])-?\d\.\d+e\+(?:0[6-9]|1\d)(?![\w+=.-])|(?<![\w+/.-])-?\de\+(?:0[6-9]|1\d)(?![\w+/=.-])"
    ),
}
_QUICK = re.compile(r"<n|%!|map\[|e\+")
# Of these, people write some themselves in longer texts: programs, dashboards, documentation.
_IN_SHORT_TEXTS = frozenset({"map", "exponent"})
SHORT = 300
"""Characters of a line that the marks of maps and numbers are looked for in."""


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """Faults of the texts of an object; a mark that the user's own values contain is the user's."""
    for path, text in _texts(obj):
        for rule, mark in marks(text):
            # A Secret's text is not shown.
            shown = "" if obj.is_secret else f': "{mark[:60]}"'
            yield Fault(rule, written(path), f"holds the mark of a broken template{shown}", unless=_written(rule, mark))


def _written(rule: str, mark: str) -> Callable[[UserValues], bool]:
    """Whether values contain a mark, or a program may have made it of the chart's own words."""
    return lambda values: mark in values.text or (values.made and rule in _IN_SHORT_TEXTS)


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


def _texts(obj: KubeObject) -> Iterator[tuple[Path, str]]:
    """The texts and keys that may have a mark."""
    if not any(map(_QUICK.search, _words(obj.manifest))):
        return
    for path, node in walk(obj.manifest):
        if isinstance(node, str):
            if _QUICK.search(node):
                yield path, node
        elif isinstance(node, dict):
            yield from (((*path, f"{key} (key)"), key) for key in node if _QUICK.search(key))


def _words(node: Any) -> Iterator[str]:
    """All texts and keys, without their paths, which few objects need."""
    for one in nodes(node):
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one


CHECK = Check(
    key="template-marks",
    title="Marks of broken templates",
    why="A template that prints a missing value, a map or a wrong format still renders, and Kubernetes takes the text.",
    source="Go documentation, fmt, Format errors, and text/template, missingkey",
    scopes=(EachObject(judge, wanted=lambda obj: obj.kind != "CustomResourceDefinition", any_version=True),),
    rules={
        "no-value": Rule(
            "a text has <no value> or <nil> where a template printed a value that is not there",
            "correct the name of the value, or give it a default",
            "image: nginx:<no value>",
        ),
        "format": Rule(
            "a text has an error of printf, such as %!d(string=x)",
            "give printf as many values as it has verbs, of the right types",
            "name: web-%!d(string=x)",
        ),
        "map": Rule(
            "a text has a map or list as Go prints it, such as map[a:1]",
            "print it with toYaml or toJson, or name one of its entries",
            "args: ['--labels=map[team:a]']",
        ),
        "exponent": Rule(
            "a text has a large number as Go prints it, such as 1.23e+08",
            "print the number with int64, as in {{ int64 .Values.size }}",
            "args: ['--max-bytes=1.048576e+06']",
        ),
    },
)
