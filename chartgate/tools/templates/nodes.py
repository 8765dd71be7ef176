"""The nodes of a template's tree.

Source: text/template/parse/node.go of Go 1.26. Unlike there, a chain of `else if` is one branch, and parentheses are a
node, so that each node is a piece of the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the text, from the byte `start` to before the byte `end`."""

    start: int
    end: int

    @property
    def children(self) -> Iterator["Node"]:
        """The nodes right beneath, in the order of the text."""
        for field in fields(self):
            value = getattr(self, field.name)
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Node):
                    yield one

    def walk(self) -> Iterator["Node"]:
        """This node and all beneath it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Text outside of actions. `printed` is without the white space that trim markers remove."""

    printed: bytes


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """A comment with its delimiters."""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """`.`"""


@dataclass(frozen=True, slots=True)
class Nil(Node):
    """`nil`"""


@dataclass(frozen=True, slots=True)
class Bool(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number or a character constant, as it is written."""

    written: str


@dataclass(frozen=True, slots=True)
class String(Node):
    """A text in quotes or backquotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """Fields of the dot: `.Values.image` has the names Values and image."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A variable with its dollar sign, and fields of it: `$root.Values`."""

    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function(Node):
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Parentheses(Node):
    """A pipeline in parentheses, which are part of the node."""

    pipeline: "Pipeline"


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Fields of the result of parentheses or a function: `(first .Values.hosts).name`."""

    operand: "Operand"
    names: tuple[str, ...]


Operand = Dot | Nil | Bool | Number | String | Field | Variable | Function | Parentheses | Chain


@dataclass(frozen=True, slots=True)
class Command(Node):
    """An operand, or a function or method with its arguments."""

    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """Commands. Each one gets the result of the one before it as its last argument.

    `variables` are set to the result, by `=` if `assigns`, else by `:=`.
    """

    variables: tuple[Variable, ...]
    assigns: bool
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Tag(Node):
    """The text from a left delimiter to its right one, such as `{{ else }}`."""

    trims_before: bool
    trims_after: bool


@dataclass(frozen=True, slots=True)
class Action(Node):
    """A pipeline between delimiters, whose result is printed if no variable gets it."""

    tag: Tag
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Arm(Node):
    """An arm of a branch, with its tag. `condition` is None after a plain `else`."""

    tag: Tag
    condition: Pipeline | None
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """`if`, `with` or `range`, with all its arms: `else if` and `else with` are further ones."""

    keyword: Literal["if", "with", "range"]
    arms: tuple[Arm, ...]
    closing: Tag

    @property
    def has_else(self) -> bool:
        """Whether the last arm has no condition."""
        return self.arms[-1].condition is None


@dataclass(frozen=True, slots=True)
class Jump(Node):
    """`break` or `continue`."""

    tag: Tag
    keyword: Literal["break", "continue"]


@dataclass(frozen=True, slots=True)
class TemplateCall(Node):
    """`template "name" pipeline`."""

    tag: Tag
    name: String
    pipeline: Pipeline | None


@dataclass(frozen=True, slots=True)
class Definition(Node):
    """`define "name"`, or `block "name" pipeline`, which defines a template and calls it at once."""

    tag: Tag
    name: String
    pipeline: Pipeline | None
    body: tuple[Node, ...]
    closing: Tag


@dataclass(frozen=True, slots=True)
class Template(Node):
    """A whole file."""

    body: tuple[Node, ...]

    @property
    def definitions(self) -> Iterator[Definition]:
        """Each `define` and `block`, in the order of the text."""
        return (node for node in self.walk() if isinstance(node, Definition))


def is_empty(body: tuple[Node, ...]) -> bool:
    """Whether it prints nothing but white space; a definition with such a body does not replace another one.

    Source: IsEmptyTree in text/template/parse of Go.
    """
    return all(map(_is_blank, body))


def _is_blank(node: Node) -> bool:
    match node:
        case Comment():
            return True
        case Definition():
            return node.pipeline is None  # a `block` is called where it stands
        case Text():
            return not node.printed.strip()
    return False
