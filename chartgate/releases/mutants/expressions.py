"""Mutants of expressions in templates: conditions, operators, filters, strings, numbers, guards."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chartgate.releases.mutants import mutant as kinds
from chartgate.releases.mutants.mutant import Mutant, Source
from chartgate.releases.mutants.patterns import weaker_patterns
from chartgate.tools.templates.nodes import (
    Chain,
    Command,
    Function,
    Node,
    Number,
    Parentheses,
    Pipeline,
    String,
)

FILTERS = frozenset(
    {"quote", "squote", "nindent", "indent", "trunc", "abbrev", "trimSuffix", "trimPrefix", "trim", "replace", "lower"}
    | {"upper", "b64enc", "sha256sum", "toString", "int", "int64", "toYaml", "sortAlpha", "uniq", "compact", "default"}
    | {"required", "not"}
)
"""Functions at the end of a pipe without which the rest is still a value."""
OTHERS = {
    "eq": "ne",
    "ne": "eq",
    "lt": "le",
    "le": "lt",
    "gt": "ge",
    "ge": "gt",
    "and": "or",
    "or": "and",
}
SWAPPED = frozenset({"default", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "ternary"})
INDENTS = frozenset({"indent", "nindent"})
TEXTS = frozenset({"eq", "ne", "has", "contains", "hasPrefix", "hasSuffix", "printf", "print", "default", "trimSuffix"})
"""Functions whose strings decide something or are printed; elsewhere a string is a key, a name or a message."""
MESSAGES = frozenset({"fail", "required"})
VERSIONS = frozenset({"semverCompare", "semver"})
_VERSION = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True)
class Expressions:
    """The mutants of expressions.

    Args:
        region: where the arm or definition around them begins.
    """

    source: Source
    region: int

    def condition(self, pipeline: Pipeline) -> Iterator[Mutant]:
        """The mutants of what an `if` tests."""
        if not pipeline.variables:
            text = self._text(pipeline)
            yield self._of(kinds.CONDITION, pipeline.start, pipeline.end, f"not ({text})", pipeline)
        yield from self.pipeline(pipeline)

    def pipeline(self, pipeline: Pipeline, *, message: bool = False) -> Iterator[Mutant]:
        """The mutants of a pipeline.

        Args:
            message: it makes the text of a refusal.
        """
        for before, command in zip(pipeline.commands, pipeline.commands[1:], strict=False):
            name = _name(command)
            if name in FILTERS:
                kind = kinds.GUARD if name in MESSAGES else kinds.FILTER
                yield self._of(kind, before.end, command.end, "", Node(before.start, command.end))
        fails = _name(pipeline.commands[-1]) == "fail"
        if fails:
            yield self._of(kinds.GUARD, pipeline.start, pipeline.end, '""', pipeline)
        for command in pipeline.commands:
            yield from self._command(command, message=message or fails)

    def _command(self, command: Command, *, message: bool) -> Iterator[Mutant]:
        function, *arguments = command.operands
        name = _name(command)
        if isinstance(function, Function):
            if name in OTHERS and arguments:
                yield self._of(kinds.OPERATOR, function.start, function.end, OTHERS[name], command)
            if name in {"and", "or"} and len(arguments) > 1:
                yield from self._without_one(command, arguments)
            if name in SWAPPED and len(arguments) > 1:
                yield from self._swapped(command, arguments[0], arguments[1])
            if name == "required" and len(arguments) == 2:
                yield self._of(kinds.GUARD, command.start, command.end, self._text(arguments[1]), command)
        is_message = message or name in MESSAGES
        for position, operand in enumerate(command.operands):
            yield from self._operand(operand, command, name, position, message=is_message)

    def _operand(self, operand: Node, command: Command, name: str, position: int, *, message: bool) -> Iterator[Mutant]:
        match operand:
            case Parentheses():
                yield from self.pipeline(operand.pipeline, message=message)
            case Chain():
                yield from self._operand(operand.operand, command, name, position, message=message)
            case Number() if operand.written.isdecimal():
                number = int(operand.written)
                new = number - 2 if name in INDENTS else number + 1
                if new >= 0:
                    yield self._of(kinds.NUMBER, operand.start, operand.end, str(new), command)
            case String() if not message:
                yield from self._string(operand, command, name, position)

    def _string(self, text: String, command: Command, name: str, position: int) -> Iterator[Mutant]:
        if name in VERSIONS and position == 1:
            found = _VERSION.search(text.value)
            if found:
                new = text.value[: found.start()] + f"{found[1]}.{int(found[2]) + 1}" + text.value[found.end() :]
                yield self._of(kinds.VERSION, text.start, text.end, json.dumps(new), command)
        elif name.lower().removeprefix("must").startswith("regex") and position == 1:
            for weaker in weaker_patterns(text.value):
                yield self._of(kinds.PATTERN, text.start, text.end, _written(weaker), command)
        elif name in TEXTS and text.value.strip() and not re.search(r"\s", text.value):
            yield self._of(kinds.TEXT, text.start, text.end, _written(f"{text.value}-x"), command)

    def _without_one(self, command: Command, arguments: Sequence[Node]) -> Iterator[Mutant]:
        before: Node = command.operands[0]
        for argument in arguments:
            yield self._of(kinds.OPERAND, before.end, argument.end, "", command)
            before = argument

    def _swapped(self, command: Command, first: Node, second: Node) -> Iterator[Mutant]:
        one, other = self._text(first), self._text(second)
        if one != other:
            between = self._text(Node(first.end, second.start))
            yield self._of(kinds.SWAP, first.start, second.end, f"{other}{between}{one}", command)

    def _text(self, node: Node) -> str:
        return self.source.content[node.start : node.end].decode("utf-8", "replace")

    def _of(self, kind: str, start: int, end: int, new: str, shown: Node) -> Mutant:
        return self.source.mutant(kind, start, end, new, shown=(shown.start, shown.end), region=self.region)


def _name(command: Command) -> str:
    """The function that a command calls; empty for a plain value."""
    first = command.operands[0]
    return first.name if isinstance(first, Function) else ""


def _written(text: str) -> str:
    """A string as a template has it."""
    return f"`{text}`" if "\\" in text and "`" not in text else json.dumps(text, ensure_ascii=False)
