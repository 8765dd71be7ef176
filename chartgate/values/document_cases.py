"""Cases from a chart's documents: every example that a reader may copy has to work as written.

An example is a fenced ```yaml block that is a values fragment, or a `helm install`, `upgrade` or `template` command of
this chart in a fenced ```bash or ```sh block. A block right below the comment `<!-- chartgate: not values -->` is none.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading
from chartgate.values.case import Case
from chartgate.values.comment_examples import PLACEHOLDER
from chartgate.values.helm_commands import HelmCommand, helm_commands

_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)
NOT_VALUES = "<!-- chartgate: not values -->"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, first line number (from 1) and the heading it stands under."""

    language: str
    text: str
    line: int
    heading: str


Complain = Callable[[str], None]
"""What to do about an example that cannot be used; the text has file and line."""


def refuse(text: str) -> None:
    """For documents that chartgate.yaml names: raises GateError."""
    raise GateError(text)


def document_cases(
    document: Path,
    label: str,
    chart_name: str,
    release: str,
    namespace: str,
    *,
    reading: Reading,
    known: frozenset[str] | None = None,
    complain: Complain = refuse,
) -> list[Case]:
    """The examples of one document in their order, each named by `label` and the heading above it.

    A YAML block is an example of values if it has a key of `known`, the chart's own keys at the top of its values; with
    None, any mapping is one. A block that is not YAML and a command that cannot be followed go to `complain`.

    Raises:
        GateError: the document cannot be read; or `complain` raises it.
    """
    cases: list[Case] = []
    texts: list[str] = []  # of this heading, so that a command may name the block above it as a file
    heading = ""
    for block in _blocks(document, reading):
        if block.heading != heading:
            heading, texts = block.heading, []
        base = Case(
            f"{label}: {block.heading or 'top'}",
            f"{label} line {block.line}",
            (),
            (),
            release,
            namespace,
            origin="document",
        )
        if block.language in {"yaml", "yml"}:
            values = _values(document, block, known, complain)
            texts += values
            cases += [replace(base, values=(text,)) for text in values]
        elif block.language in {"bash", "sh", "shell", "console"}:
            for command in _commands(document, block, chart_name, complain):
                case = _command_case(base, command, document, block, texts, reading)
                if isinstance(case, str):
                    complain(case)
                else:
                    cases.append(case)
    return list(_numbered(cases))


def _blocks(document: Path, reading: Reading) -> tuple[Block, ...]:
    text = reading.text(document)
    if text is None:
        raise GateError(f"{document}: no such file: correct its name")
    return _blocks_of(text)


# Many copies of a chart may have the same documents.
@lru_cache(maxsize=16)
def _blocks_of(text: str) -> tuple[Block, ...]:
    return tuple(_each_block(text))


def _each_block(text: str) -> Iterator[Block]:
    heading, skip = "", False
    tokens = MarkdownIt().parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            heading = following.content.replace("`", "")
        elif token.type == "html_block":
            skip = token.content.strip() == NOT_VALUES
        elif token.type == "fence":
            if not skip:
                language = (token.info.split() or [""])[0].lower()
                yield Block(language, token.content, (token.map or [0])[0] + 1, heading)
            skip = False


def _values(document: Path, block: Block, known: frozenset[str] | None, complain: Complain) -> list[str]:
    """The block's text if it is a values fragment: a mapping with a key that the chart has, and not an object."""
    try:
        parts = read_all(block.text)
    except yaml.YAMLError as error:
        complain(f"{document}:{block.line}: the example is not YAML: {error}")
        return []
    if len(parts) != 1 or not isinstance(parts[0], dict) or {"apiVersion", "kind"} <= parts[0].keys():
        return []
    if known is not None and not known & parts[0].keys():
        return []
    if complain is not refuse and (found := PLACEHOLDER.search(_COMMENT.sub("", block.text))):
        complain(f"{document}:{block.line}: the example has a placeholder, {found[0]}: write a value that works")
        return []
    return [block.text]


def _commands(document: Path, block: Block, chart_name: str, complain: Complain) -> list[HelmCommand]:
    try:
        return helm_commands(block.text, chart_name)
    except GateError as error:
        complain(f"{document}:{block.line}: {error}")
        return []


def _command_case(
    base: Case, command: HelmCommand, document: Path, block: Block, texts: list[str], reading: Reading
) -> Case | str:
    """The case of a command, or why there is none."""
    values = []
    for name in command.values_files:
        written = reading.text(document.parent / name)
        if written is not None:
            values.append(written)
        elif texts:
            values.append(texts[-1])
        else:
            return (
                f"{document}:{block.line}: the command reads {name}, which is neither a file beside the document nor "
                "shown in a yaml block above it under the same heading: show its content there"
            )
    return replace(
        base,
        values=tuple(values),
        sets=command.sets,
        release=command.release or base.release,
        namespace=command.namespace or base.namespace,
    )


def _numbered(cases: list[Case]) -> Iterator[Case]:
    """Distinct names: the second example under a heading ends in " (2)"."""
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        count = seen[case.name]
        yield case if count == 1 else replace(case, name=f"{case.name} ({count})")
