"""Which values a chart's templates read: `.Values.image.tag`, and fields in `with`, in `range` and of variables.

The templates are parsed and not rendered. If it is not clear what a template does with a value, it counts as read with
all values in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Template
from chartgate.tools.templates.parser import parse
from chartgate.tools.walk import walk
from chartgate.values.template_walk import EACH, Names, Read, Walk


@dataclass
class Reads:
    """The values that templates read.

    `whole` are those that are read with all values in them, `tested` those that a condition, `with` or `range` reads.
    """

    whole: set[Names] = field(default_factory=set)
    tested: set[Names] = field(default_factory=set)

    def uses(self, path: Names) -> bool:
        """Whether a template reads this value, a part of it, or a map that holds it."""
        return any(_begins(path, read) or _begins(read, path) for read in self.whole) or any(
            _begins(read, path) for read in self.tested
        )

    def names(self, path: Names) -> bool:
        """Whether a template names this value itself, or a part of it."""
        return any(read[: len(path)] == path for read in (*self.whole, *self.tested))

    def tests(self, path: Names) -> bool:
        """Whether a condition, a `with` or a `range` of a template depends on this value."""
        return any(_begins(path, read) and len(path) == len(read) for read in self.tested)


def template_reads(texts: Iterable[str]) -> Reads:
    """The values that texts read: templates, and texts that `tpl` may evaluate, such as values files.

    If a text cannot be parsed as a template but is YAML, each string in it is parsed. Other texts read nothing.
    """
    reads = Reads()
    for text in texts:
        for read in _reads(text):
            (reads.tested if read.tested else reads.whole).add(read.path)
    return reads


@lru_cache(maxsize=1024)
def _reads(text: str) -> tuple[Read, ...]:
    """What a text reads. Copies of a chart that differ in one file have the other texts in common."""
    return tuple(read for tree in _trees(text) for read in Walk(tree).reads)


def reads_of(template: bytes) -> list[Read]:
    """The reads of one template in the order of its text; none if it cannot be parsed."""
    try:
        return sorted(Walk(parse(template)).reads, key=lambda read: read.start)
    except TemplateError:
        return []


def _trees(text: str) -> Iterator[Template]:
    if "{{" not in text:
        return
    try:
        yield parse(text.encode())
    except TemplateError:
        for part in _texts(text):
            try:
                yield parse(part.encode())
            except TemplateError:
                continue


def _texts(text: str) -> Iterator[str]:
    """The strings of a YAML document that may be templates, including keys."""
    try:
        document = read_one(text)
    except yaml.YAMLError:
        return
    for path, node in walk(document):
        yield from (one for one in (*path[-1:], node) if isinstance(one, str) and "{{" in one)


def _begins(path: Names, start: Names) -> bool:
    return len(path) >= len(start) and all(
        one == other or EACH in {one, other} for one, other in zip(path, start, strict=False)
    )
