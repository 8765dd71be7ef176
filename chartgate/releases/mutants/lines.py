"""Mutants of what stands between the actions of a template, line by line, and of files that templates print."""

import re
from collections.abc import Iterator, Sequence

from chartgate.releases.mutants import mutant as kinds
from chartgate.releases.mutants.mutant import Mutant, Source
from chartgate.tools.templates.nodes import Action, Arm, Branch, Comment, Definition, Node, String, Template, Text

_ENTRY = re.compile(rb"[ \t]*(?:- +)?(?:[\w./\"'-]+: +[^\s|>#]|- *[^\s#])|[ \t]*\{\{-? *(?:include|template|toYaml)\b")
"""A line that is an entry of its own: a key with its value, an item, or what an action prints."""
_SCALAR = re.compile(
    rb"^(?P<before>[ \t]*(?:- +)?[\w./-]+: +|[ \t]*- +)"
    rb"(?P<quote>[\"']?)(?P<value>[\w/](?:[\w./:-]*[\w./-])?)(?P=quote)[ \t]*$",
    re.M,
)
_IN_BRACES = re.compile(rb"(?<=[{, ])[\w.-]+: (?P<value>[\w/][\w./:-]*)(?=[,}])")
"""An entry of a mapping in braces, as in `httpGet: {path: /health, port: http}`."""
_FIXED = re.compile(rb"[ \t]*(?:- +)?(?:apiVersion|kind): ")
_KEYS = re.compile(rb"\b(livenessProbe|readinessProbe):|^kind: (Secret)[ \t]*$", re.M)
_OTHER_KEYS = {
    b"livenessProbe": (kinds.PROBE, "readinessProbe"),
    b"readinessProbe": (kinds.PROBE, "livenessProbe"),
    b"Secret": (kinds.KIND, "ConfigMap"),
}
_PROSE = re.compile(rb"[ \t]*(?:#|//|\*|/\*|$)")

Region = tuple[int, int, int]
"""A part of a template that runs or does not run as a whole: its first byte, the byte after it, and its name."""


def of_template(source: Source, tree: Template, regions: Sequence[Region]) -> Iterator[Mutant]:
    """The mutants of the lines of a template; `regions` as `region_at` takes them."""
    blocked = [*_statements(tree)]
    texts = [(node.start, node.end) for node in tree.walk() if isinstance(node, Text)]
    for start, end in _lines(source.content):
        line = source.content[start:end]
        region = region_at(start, regions)
        if region is None or any(first < end and start < last for first, last in blocked):
            continue
        if _ENTRY.match(line) and not _FIXED.match(line):
            yield source.mutant(kinds.LINE, start, end, "", region=region)
    for start, end in texts:
        yield from _of_text(source, start, end, regions)
    for node in tree.walk():
        if isinstance(node, Text | String):
            yield from _in_braces(source, node, regions)


def of_file(source: Source) -> Iterator[Mutant]:
    """The mutants of a file in `files/`, such as a script: without one of its lines."""
    for start, end in _lines(source.content):
        if not _PROSE.match(source.content[start:end].rstrip(b"\n")):
            yield source.mutant(kinds.LINE, start, end, "")


def region_at(position: int, regions: Sequence[Region]) -> int | None:
    """Where the innermost region around a position begins, as probes name it.

    Args:
        regions: the outer ones first.
    """
    names = [name for start, end, name in regions if start <= position < end]
    return names[-1] if names else None


def _statements(tree: Template) -> Iterator[tuple[int, int]]:
    """The pieces that a removed line must not cut: tags of statements, comments, and actions that set variables."""
    for node in tree.walk():
        match node:
            case Arm():
                yield node.tag.start, node.tag.end
            case Branch() | Definition():
                yield node.closing.start, node.closing.end
                if isinstance(node, Definition):
                    yield node.tag.start, node.tag.end
            case Comment():
                yield node.start, node.end
            case Action() if node.pipeline.variables:
                yield node.start, node.end


def _of_text(source: Source, start: int, end: int, regions: Sequence[Region]) -> Iterator[Mutant]:
    for found in _SCALAR.finditer(source.content, start, end):
        line = source.content.rfind(b"\n", 0, found.start()) + 1
        ends = source.content[found.end() : found.end() + 1] in {b"\n", b""}
        region = region_at(found.start(), regions)
        # What begins or ends within an action's line is a part of a value.
        if line != found.start() or not ends or region is None or _FIXED.match(found[0]):
            continue
        first, last = found.span("value")
        new = other_scalar(found["value"].decode())
        yield source.mutant(kinds.SCALAR, first, last, new, shown=found.span(), region=region)
    for found in _KEYS.finditer(source.content, start, end):
        region = region_at(found.start(), regions)
        if region is not None:
            group = found.lastindex or 0
            kind, new = _OTHER_KEYS[found[group]]
            yield source.mutant(kind, *found.span(group), new, shown=found.span(), region=region)


def _in_braces(source: Source, node: Node, regions: Sequence[Region]) -> Iterator[Mutant]:
    """The mutants of mappings in braces, which also stand in strings of actions."""
    for found in _IN_BRACES.finditer(source.content, node.start, node.end):
        region = region_at(found.start(), regions)
        if region is not None:
            new = other_scalar(found["value"].decode())
            yield source.mutant(kinds.SCALAR, *found.span("value"), new, shown=found.span(), region=region)


def other_scalar(value: str) -> str:
    """Another value of the same sort: the next number, the other boolean, or the text with another end."""
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    return str(int(value) + 1) if value.isdecimal() else f"{value}-x"


def _lines(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends, its line break included."""
    start = 0
    for line in content.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)
