"""Parses pipelines, commands and operands.

Source: text/template/parse/parse.go of Go 1.26, from pipeline() on.
"""

from chartgate.tools.templates.cursor import KEYWORDS, Cursor
from chartgate.tools.templates.lexer import Kind, TemplateError, Token
from chartgate.tools.templates.literals import number, string
from chartgate.tools.templates.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Nil,
    Number,
    Operand,
    Parentheses,
    Pipeline,
    String,
    Variable,
)

_OPERANDS = frozenset(
    {Kind.WORD, Kind.FIELD, Kind.DOT, Kind.VARIABLE, Kind.NUMBER, Kind.CHARACTER, Kind.STRING, Kind.OPEN}
)
_LITERALS = (Dot, Nil, Bool, Number, String)


class Expressions(Cursor):
    """A cursor that reads expressions. `known` are the names of the variables that are declared where it is."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.known = ["$"]

    def pipeline(self, end: Kind, where: str) -> Pipeline:
        """Read a pipeline up to a token of the kind `end`, which is not read.

        Raises:
            TemplateError: there is no valid pipeline; `where` is what the message calls the place.
        """
        self.skip_space()
        start = self.next.start
        variables, assigns = self._variables(where)
        commands: list[Command] = []
        self.skip_space()
        while self.next.kind is not end:
            if self.next.kind not in _OPERANDS or self.is_word(*KEYWORDS):
                self.refuse(self.next, where)
            commands.append(self._command(where))
            self.skip_space()
        if not commands:
            raise TemplateError(self.text, self.next.start, f"a value is missing in {where}")
        for command in commands[1:]:
            if isinstance(command.operands[0], _LITERALS):
                raise TemplateError(self.text, command.start, "a literal gets a value from a pipe, and takes none")
        return Pipeline(start, commands[-1].end, variables, assigns, tuple(commands))

    def _variables(self, where: str) -> tuple[tuple[Variable, ...], bool]:
        """The variables that get the value, if any do."""
        begin = self.position
        variables: list[Variable] = []
        while len(variables) < 2:
            token = self.take()
            if token.kind is not Kind.VARIABLE:
                break
            variables.append(Variable(token.start, token.end, token.value.decode()))
            self.skip_space()
            if self.next.kind in {Kind.DECLARE, Kind.ASSIGN}:
                assigns = self.take().kind is Kind.ASSIGN
                self.known += [one.name for one in variables]
                return tuple(variables), assigns
            if self.next.kind is not Kind.COMMA:
                break
            if where != "range" or len(variables) == 2:
                raise TemplateError(self.text, self.next.start, f"too many variables in {where}")
            self.take()
            self.skip_space()
        self.position = begin
        return (), False

    def _command(self, where: str) -> Command:
        operands: list[Operand] = []
        while True:
            self.skip_space()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self.next
            if token.kind is Kind.SPACE:
                continue
            if token.kind is Kind.PIPE:
                self.take()
            elif token.kind not in {Kind.RIGHT, Kind.CLOSE}:
                self.refuse(token, where)
            break
        if not operands:
            raise TemplateError(self.text, self.next.start, "a command is missing")
        return Command(operands[0].start, operands[-1].end, tuple(operands))

    def _operand(self) -> Operand | None:
        term = self._term()
        if term is None or self.next.kind is not Kind.FIELD:
            return term
        if isinstance(term, _LITERALS):
            raise TemplateError(self.text, self.next.start, "a field of a literal")
        names = []
        while self.next.kind is Kind.FIELD:
            token = self.take()
            names.append(token.value[1:].decode())
        if isinstance(term, Field):
            return Field(term.start, token.end, (*term.names, *names))
        if isinstance(term, Variable):
            return Variable(term.start, token.end, term.name, tuple(names))
        return Chain(term.start, token.end, term, tuple(names))

    def _term(self) -> Operand | None:
        token = self.next
        if token.kind not in _OPERANDS or self.is_word(*KEYWORDS):
            return None
        self.take()
        start, end = token.start, token.end
        if token.kind is Kind.DOT:
            return Dot(start, end)
        if token.kind is Kind.FIELD:
            return Field(start, end, (token.value[1:].decode(),))
        if token.kind is Kind.VARIABLE:
            name = token.value.decode()
            if name not in self.known:
                raise TemplateError(self.text, start, f"the variable {name} is not known here")
            return Variable(start, end, name)
        if token.kind in {Kind.NUMBER, Kind.CHARACTER}:
            return Number(start, end, number(self.text, token))
        if token.kind is Kind.STRING:
            return String(start, end, string(self.text, token))
        if token.kind is Kind.OPEN:
            pipeline = self.pipeline(Kind.CLOSE, "parentheses")
            close = self.expect(Kind.CLOSE, "parentheses")
            return Parentheses(start, close.end, pipeline)
        return _word(token)

    def name(self, where: str) -> String:
        """Read the name of a template, in quotes.

        Raises:
            TemplateError: there is none; `where` is what the message calls the place.
        """
        token = self.expect(Kind.STRING, where)
        return String(token.start, token.end, string(self.text, token))


def _word(token: Token) -> Operand:
    if token.value == b"nil":
        return Nil(token.start, token.end)
    if token.value in {b"true", b"false"}:
        return Bool(token.start, token.end, token.value == b"true")
    return Function(token.start, token.end, token.value.decode())
