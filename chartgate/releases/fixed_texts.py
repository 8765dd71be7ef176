"""A chart whose templates make the same text each time in place of a random one, so that renders can be compared.

A text of a fixed length has that length. What is random otherwise stays random, such as keys and `randBytes`.

Source: Masterminds/sprig, functions.go: `randAlphaNum` and its kin, `uuidv4`, and others whose results differ.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from chartgate.releases.probes.edits import Edits
from chartgate.releases.rewriting import Rewriting
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Command, Function, Node, Pipeline
from chartgate.tools.templates.parser import parse

_TEXTS = {"randAlphaNum": "Fix3dTxt", "randAlpha": "FixedTxt", "randAscii": "Fix3dTxt", "randNumeric": "12345678"}
"""Functions that take a length, with eight characters of their kind."""
_TIMES = 512
_UUID = '"00000000-0000-4000-8000-000000000000"'
_RANDOM = re.compile(
    r"rand\w+|uuidv4|shuffle|gen[A-Z]\w+|bcrypt|htpasswd|encryptAES|now|ago|(html)?[dD]ate\w*|mustDate\w*"
)
"""The functions whose results are random, or depend on the time."""
_MAYBE = re.compile(rf"\b({'|'.join([*_TEXTS, 'uuidv4'])})\b".encode())


# The renders of a chart come one after another.
@lru_cache(maxsize=8)
def with_fixed_texts(chart: ChartFiles) -> ChartFiles:
    """The chart with fixed texts; the chart itself where its templates make no random ones."""
    files, _ = Rewriting(_MAYBE, _change).applied(chart)
    return files


def may_be_random(text: bytes) -> bool:
    """Whether a template, or another text that may have template code, calls a function whose result is random or
    depends on the time. Those whose order is random, such as `keys`, do not count.
    """
    if b"{{" not in text:
        return False
    try:
        tree = parse(text)
    except TemplateError:
        return True
    return any(isinstance(node, Function) and _RANDOM.fullmatch(node.name) for node in tree.walk())


def _change(pipeline: Pipeline, edits: Edits) -> Iterator[Node]:
    """Change the commands of a pipeline that make random texts, and yield them."""
    for index, command in enumerate(pipeline.commands):
        match command:
            # `trunc` takes a length of the same type, so that Helm refuses the same ones.
            case Command(operands=(Function(name=name) as function, _)) if name in _TEXTS and not index:
                edits.replace(function.start, function.end, f'repeat {_TIMES} "{_TEXTS[name]}" | trunc')
                yield command
            case Command(operands=(Function(name="uuidv4") as function,)) if not index:
                edits.replace(function.start, function.end, _UUID)
                yield command
