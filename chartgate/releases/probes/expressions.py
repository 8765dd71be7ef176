"""Probes in expressions: which operand decides, whether a default is used, which template is included.

`and` and `or` stop at the operand that decides (Go 1.18 and later). A probe between two operands therefore counts how
often the first one did not decide.
"""

from collections.abc import Collection
from dataclasses import dataclass

from chartgate.releases.probes.edits import Edits
from chartgate.releases.probes.points import Points
from chartgate.releases.probes.words import ANY, DATA, SUFFIX, WITH_COUNTS, counted, judging, noted
from chartgate.tools.templates.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Nil,
    Node,
    Operand,
    Parentheses,
    Pipeline,
    String,
    Variable,
)

_MESSAGES = frozenset({"fail", "required"})
"""Functions that make Helm refuse the chart, with the message as their first argument."""


@dataclass
class Expressions:
    """Puts probes into pipelines of one template, in the order of the text.

    Args:
        counting: the names of the definitions that take the counts.
        handed: the template itself takes the counts beside its data, so that `$` is not the data.
    """

    edits: Edits
    points: Points
    counting: Collection[str]
    handed: bool

    def pipeline(self, pipeline: Pipeline, *, own: bool) -> None:
        """Put probes into a pipeline.

        Args:
            own: the dot is the data of the template.
        """
        for index, command in enumerate(pipeline.commands):
            self._command(command, Node(pipeline.commands[0].start, command.end), piped=index > 0, own=own)

    def _command(self, command: Command, text: Node, *, piped: bool, own: bool) -> None:
        """One command; `text` is it with the commands whose result it gets."""
        function, *arguments = command.operands
        name = function.name if isinstance(function, Function) else ""
        number = len(arguments) + piped
        if name in {"and", "or"} and number > 1:
            self._logic(command, text, name, piped=piped, own=own)
        elif name == "default" and number == 2:
            self._judged(command, text, name, ("the default is used", "the value is used"), piped=piped, own=own)
        elif name == "ternary" and number == 3:
            self._judged(command, text, name, ("false", "true"), piped=piped, own=own)
        elif name == "include" and number == 2 and arguments and not isinstance(arguments[-1], Nil):
            self._include(command, text, piped=piped, own=own)
        elif name in _MESSAGES and (arguments or (piped and name == "fail")):
            self._message(command, own=own)
        else:
            self._operands(command.operands, own=own)

    def _operands(self, operands: Collection[Operand], *, own: bool) -> None:
        for operand in operands:
            self.operand(operand, own=own)

    def operand(self, operand: Operand, *, own: bool) -> None:
        """Put probes into an operand of a command."""
        match operand:
            case Parentheses():
                self.pipeline(operand.pipeline, own=own)
            case Chain():
                self.operand(operand.operand, own=own)
            case Dot() if own and self.handed:
                self.edits.replace(operand.start, operand.end, f"${DATA}")
            case Field() if own and self.handed:
                self.edits.insert(operand.start, f"${DATA}")
            case Variable(name="$") if self.handed:
                self.edits.insert(operand.start + 1, DATA)

    def _logic(self, command: Command, text: Node, name: str, *, piped: bool, own: bool) -> None:
        arguments = command.operands[1:]
        operands: list[Operand | None] = [*arguments, *([None] if piped else [])]
        counters = [self.points.counter() for _ in operands]
        after = self.points.counter()
        for index, operand in enumerate(operands):
            seen = counted(counters[index])
            passing = f"(not {seen})" if name == "or" else seen
            if operand:
                self.edits.insert(operand.start, f"{passing} ")
                self.operand(operand, own=own)
            else:
                self.edits.insert(arguments[-1].end, f" {passing}")
            shown = f"operand {index + 1}"
            if index + 1 == len(operands):
                self.points.add(text, "and" if name == "and" else "or", f"{shown} is evaluated", counters[index])
            else:
                self.points.add(
                    text,
                    "and" if name == "and" else "or",
                    f"{shown} decides, because it is {'empty' if name == 'and' else 'not empty'}",
                    counters[index],
                    following=counters[index + 1],
                    first=counters[0],
                    last=after,
                )
        self.edits.insert(command.end, f" | and {counted(after)}")

    def _judged(
        self, command: Command, text: Node, name: str, ways: tuple[str, str], *, piped: bool, own: bool
    ) -> None:
        empty, full = self.points.counter(), self.points.counter()
        judge = judging(empty, full)
        *others, last = command.operands
        judged = None if piped else last
        if isinstance(judged, Nil):
            self._operands(command.operands, own=own)
            return
        for way, counter in zip(ways, (empty, full), strict=True):
            self.points.add(text, "default" if name == "default" else "ternary", way, counter)
        if judged is None:
            self.edits.insert(command.start, f"{judge} | ")
            self._operands(command.operands, own=own)
            return
        self._operands(others, own=own)
        self.edits.insert(judged.start, "(")
        self.operand(judged, own=own)
        self.edits.insert(judged.end, f" | {judge})")

    def _include(self, command: Command, text: Node, *, piped: bool, own: bool) -> None:
        function, name, *given = command.operands
        counter = self.points.counter()
        self.points.add(text, "include", "is called", counter)
        beside = f'dict "probes" {noted(counter)}'
        known = name.value in self.counting if isinstance(name, String) else None
        if known is None and not piped:
            self.edits.insert(function.end, f' "{ANY}" ({beside} "name"')
            self.operand(name, own=own)
            self.edits.insert(name.end, ' "data"')
            self._operands(given, own=own)
            self.edits.insert(command.end, ")")
        elif known is None:
            self.edits.replace(function.start, function.end, f'{beside} "name"')
            self.operand(name, own=own)
            self.edits.insert(command.end, f' "data" | include "{ANY}"')
        elif known and piped:
            self.edits.insert(command.start, f'{beside} "data" | ')
            self.edits.insert(name.end - 1, SUFFIX)
        elif known:
            self.edits.insert(name.end - 1, SUFFIX)
            self.edits.insert(given[0].start, f'({beside} "data" ')
            self._operands(given, own=own)
            self.edits.insert(command.end, ")")
        elif piped:
            self.edits.insert(command.start, f"and {noted(counter)} | ")
        else:
            self.edits.insert(given[0].start, "(")
            self._operands(given, own=own)
            self.edits.insert(command.end, f" | and {noted(counter)})")

    def _message(self, command: Command, *, own: bool) -> None:
        arguments = command.operands[1:]
        if not arguments:
            self.edits.insert(command.start, f"{WITH_COUNTS} | ")
            return
        message, *others = arguments
        self.edits.insert(message.start, f"({WITH_COUNTS} ")
        self.operand(message, own=own)
        self.edits.insert(message.end, ")")
        self._operands(others, own=own)
