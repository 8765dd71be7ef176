"""The parser of templates, held to what Go's parser makes of the same texts (`go_templates/record.go` asked it)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chartgate.tools.templates import nodes
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.parser import parse

RECORDED = Path(__file__).parent / "go_templates"
TEXTS = json.loads((RECORDED / "texts.json").read_text())
PARSED = json.loads((RECORDED / "parsed.json").read_text())
CHART = Path("charts/claude-relay")


class Printer:
    """Prints a tree as Go's nodes print themselves."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def templates(self) -> dict[str, str]:
        """Each template of the text, by its name; the file has the empty one."""
        file = parse(self.text)
        found = {"": file.body}
        for one in file.definitions:
            if one.name.value in found and nodes.is_empty(one.body):
                continue
            found[one.name.value] = one.body
        return {name: self.body(body) for name, body in found.items()}

    def body(self, body: tuple[nodes.Node, ...]) -> str:
        return "".join(map(self.statement, body))

    def statement(self, node: nodes.Node) -> str:
        match node:
            case nodes.Text():
                return node.printed.decode()
            case nodes.Action():
                return f"{{{{{self.pipeline(node.pipeline)}}}}}"
            case nodes.Jump():
                return f"{{{{{node.keyword}}}}}"
            case nodes.Branch():
                return self.branch(node.keyword, node.arms)
            case nodes.TemplateCall() | nodes.Definition(pipeline=nodes.Pipeline()):
                given = f" {self.pipeline(node.pipeline)}" if node.pipeline else ""
                return f"{{{{template {json.dumps(node.name.value)}{given}}}}}"
        return ""

    def branch(self, keyword: str, arms: tuple[nodes.Arm, ...]) -> str:
        first, *others = arms
        assert first.condition is not None
        text = f"{{{{{keyword} {self.pipeline(first.condition)}}}}}{self.body(first.body)}"
        if others and others[0].condition:
            text += "{{else}}" + self.branch(keyword, tuple(others))
        elif others:
            text += "{{else}}" + self.body(others[0].body)
        return text + "{{end}}"

    def pipeline(self, pipeline: nodes.Pipeline) -> str:
        commands = " | ".join(" ".join(map(self.operand, command.operands)) for command in pipeline.commands)
        names = ", ".join(variable.name for variable in pipeline.variables)
        return f"{names} {'=' if pipeline.assigns else ':='} {commands}" if names else commands

    def operand(self, node: nodes.Node) -> str:
        match node:
            case nodes.Parentheses():
                return f"({self.pipeline(node.pipeline)})"
            case nodes.Chain():
                return ".".join((self.operand(node.operand), *node.names))
        return self.text[node.start : node.end].decode()


@pytest.mark.parametrize(("text", "expected"), list(zip(TEXTS, PARSED, strict=True)))
def test_go_parses_the_text_in_the_same_way(text: str, expected: dict[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(TemplateError):
            parse(text.encode())
    else:
        assert Printer(text.encode()).templates() == expected


def test_the_nodes_of_a_template_are_its_whole_text() -> None:
    paths = [path for folder in ("templates", "charts") for path in CHART.glob(f"{folder}/**/*") if path.is_file()]
    assert len(paths) > 50
    for path in paths:
        text = path.read_bytes()
        pieces = list(smallest(parse(text)))
        assert b"".join(text[one.start : one.end] for one in pieces) == text, path
        assert [one.start for one in pieces[1:]] == [one.end for one in pieces[:-1]], path


def smallest(node: nodes.Node) -> Iterator[nodes.Node]:
    """The statements and tags that hold no others, in the order of the text."""
    parts: tuple[nodes.Node, ...] = ()
    match node:
        case nodes.Template():
            parts = node.body
        case nodes.Branch():
            parts = (*node.arms, node.closing)
        case nodes.Arm():
            parts = (node.tag, *node.body)
        case nodes.Definition():
            parts = (node.tag, *node.body, node.closing)
        case _:
            yield node
    for part in parts:
        yield from smallest(part)


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(TemplateError, match=r"^line 2: a parenthesis that was not opened$"):
        parse(b"text\n{{ .a ) }}\n")
