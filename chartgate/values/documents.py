"""Cases from a chart's documents: every example that a reader may copy has to work as written.

An example is a fenced ```yaml block that is a values fragment, or a `helm install`, `upgrade` or `template` command of
this chart in a fenced ```bash or ```sh block. A block right below the comment `<!-- chartgate: not values -->` is none.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case
from chartgate.values.commands import HelmCommand, helm_commands

NOT_VALUES = "<!-- chartgate: not values -->"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, first line number (from 1) and the heading it stands under."""

    language: str
    text: str
    line: int
    heading: str


def document_cases(document: Path, label: str, chart_name: str, release: str, namespace: str) -> list[Case]:
    """The examples of one document in their order, each named by `label` and the heading above it.

    Raises:
        GateError: a block is not YAML, or a command cannot be understood; the message has file and line.
    """
    cases: list[Case] = []
    texts: list[str] = []  # of this heading, so that a command may name the block above it as a file
    heading = ""
    for block in _blocks(document):
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
            values = _values(document, block)
            texts += values
            cases += [replace(base, values=(text,)) for text in values]
        elif block.language in {"bash", "sh", "shell", "console"}:
            for command in _commands(document, block, chart_name):
                cases.append(_command_case(base, command, document, block, texts))
    return list(_numbered(cases))


def _blocks(document: Path) -> Iterator[Block]:
    try:
        text = document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GateError(f"{document}: cannot be read: {error}") from error
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


def _values(document: Path, block: Block) -> list[str]:
    """The block's text if it is a values fragment: a mapping that is no Kubernetes object."""
    try:
        parts = read_all(block.text)
    except yaml.YAMLError as error:
        raise GateError(f"{document}:{block.line}: the example is not YAML: {error}") from error
    if len(parts) != 1 or not isinstance(parts[0], dict) or {"apiVersion", "kind"} <= parts[0].keys():
        return []
    return [block.text]


def _commands(document: Path, block: Block, chart_name: str) -> list[HelmCommand]:
    try:
        return helm_commands(block.text, chart_name)
    except GateError as error:
        raise GateError(f"{document}:{block.line}: {error}") from error


def _command_case(base: Case, command: HelmCommand, document: Path, block: Block, texts: list[str]) -> Case:
    values = []
    for name in command.values_files:
        path = document.parent / name
        if path.is_file():
            values.append(path.read_text(encoding="utf-8"))
        elif texts:
            values.append(texts[-1])
        else:
            raise GateError(
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
