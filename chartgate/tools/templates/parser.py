"""A template's text becomes a tree, as Go's own parser makes it.

Source: text/template/parse/parse.go of Go 1.26. Names of functions are not looked up: those that Helm has depend on its
version.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NoReturn

from chartgate.tools.templates.lexer import Kind, TemplateError, Token, tokens
from chartgate.tools.templates.literals import number, string
from chartgate.tools.templates.nodes import (
    Action,
    Arm,
    Bool,
    Branch,
    Chain,
    Command,
    Comment,
    Definition,
    Dot,
    Field,
    Function,
    Jump,
    Nil,
    Node,
    Number,
    Operand,
    Parentheses,
    Pipeline,
    String,
    Tag,
    Template,
    TemplateCall,
    Text,
    Variable,
    is_empty,
)

_SPACES = b" \t\r\n"
_OPERANDS = frozenset(
    {Kind.WORD, Kind.FIELD, Kind.DOT, Kind.VARIABLE, Kind.NUMBER, Kind.CHARACTER, Kind.STRING, Kind.OPEN}
)
_KEYWORDS = frozenset(
    {b"block", b"break", b"continue", b"define", b"else", b"end", b"if", b"range", b"template", b"with"}
)
_LITERALS = (Dot, Nil, Bool, Number, String)


def parse(text: bytes) -> Template:
    """The tree of a template file. The nodes of a body stand one after another, so that nothing lies between them.

    Raises:
        TemplateError: Go's parser refuses the text.
    """
    return _Parser(text).template()


class _Parser:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.defined: set[str] = set()
        self.tokens = list(tokens(text))
        self.position = 0
        self.known = ["$"]
        self.loops = 0

    # Tokens

    @property
    def _next(self) -> Token:
        return self.tokens[self.position]

    def _take(self) -> Token:
        token = self._next
        self.position += 1
        return token

    def _skip_space(self) -> None:
        while self._next.kind is Kind.SPACE:
            self.position += 1

    def _take_real(self) -> Token:
        self._skip_space()
        return self._take()

    def _expect(self, kind: Kind, where: str) -> Token:
        token = self._take_real()
        if token.kind is not kind:
            self._refuse(token, where)
        return token

    def _refuse(self, token: Token, where: str) -> NoReturn:
        shown = token.value.decode("utf-8", errors="replace") or "the end of the file"
        raise TemplateError(self.text, token.start, f"unexpected {shown} in {where}")

    def _is(self, *words: bytes) -> bool:
        return self._next.kind is Kind.WORD and self._next.value in words

    # Statements

    def template(self) -> Template:
        body: list[Node] = []
        while self._next.kind is not Kind.END:
            keyword = self._keyword()
            if keyword == b"define":
                body.append(self._definition())
            elif keyword in {b"else", b"end"}:
                raise TemplateError(self.text, self._next.start, f"an {keyword.decode()} without an if, with or range")
            else:
                body.append(self._statement())
        return Template(0, len(self.text), tuple(body))

    def _body(self) -> tuple[Node, ...]:
        """The statements up to an `else` or `end`, which stays."""
        body: list[Node] = []
        while self._keyword() not in {b"else", b"end"}:
            if self._next.kind is Kind.END:
                raise TemplateError(self.text, self._next.start, "an end is missing")
            body.append(self._statement())
        return tuple(body)

    def _keyword(self) -> bytes:
        """The keyword of the action that begins here; empty where none does."""
        if self._next.kind is not Kind.LEFT:
            return b""
        index = self.position + 1
        while self.tokens[index].kind is Kind.SPACE:
            index += 1
        token = self.tokens[index]
        return token.value if token.kind is Kind.WORD and token.value in _KEYWORDS else b""

    def _statement(self) -> Node:
        token = self._next
        if token.kind is Kind.TEXT:
            return self._text()
        if token.kind is Kind.COMMENT:
            self._take()
            return Comment(token.start, token.end)
        keyword = self._keyword()
        if keyword in {b"if", b"with", b"range"}:
            return self._branch()
        if keyword in {b"break", b"continue"}:
            return self._jump()
        if keyword == b"template":
            return self._call()
        if keyword == b"block":
            return self._block()
        left = self._take()
        pipeline = self._pipeline(Kind.RIGHT, "an action")
        tag = self._tag(left)
        return Action(left.start, tag.end, tag, pipeline)

    def _text(self) -> Text:
        before = self.tokens[self.position - 1] if self.position else None
        token = self._take()
        printed = token.value
        if before is not None and before.trims_after:
            printed = printed.lstrip(_SPACES)
        if self._next.trims_before:
            printed = printed.rstrip(_SPACES)
        return Text(token.start, token.end, printed)

    def _tag(self, left: Token) -> Tag:
        """The tag that began with `left`, and ends here."""
        right = self._expect(Kind.RIGHT, "an action")
        return Tag(left.start, right.end, left.trims_before, right.trims_after)

    def _branch(self) -> Branch:
        with self._scope():
            left = self._take()
            word = self._take_real().value
            keyword: Literal["if", "with", "range"] = "if" if word == b"if" else "with" if word == b"with" else "range"
            arms = [self._arm(left, keyword, keyword)]
            while self._keyword() == b"else":
                turn = self._take()
                self._take_real()
                self._skip_space()
                if arms[-1].condition is None:
                    raise TemplateError(self.text, turn.start, "an else after the last else")
                again = keyword != "range" and self._is(keyword.encode())
                if again:
                    self._take()
                arms.append(self._arm(turn, keyword, keyword if again else None))
            closing = self._closing()
            return Branch(left.start, closing.end, keyword, tuple(arms), closing)

    def _arm(self, left: Token, keyword: str, condition: str | None) -> Arm:
        pipeline = self._pipeline(Kind.RIGHT, condition) if condition else None
        tag = self._tag(left)
        # What a range has before its else is in the loop.
        inside = keyword == "range" and condition is not None
        self.loops += inside
        body = self._body()
        self.loops -= inside
        return Arm(left.start, self._next.start, tag, pipeline, body)

    def _closing(self) -> Tag:
        left = self._take()
        self._take_real()
        return self._tag(left)

    def _jump(self) -> Jump:
        left = self._take()
        word = self._take_real().value
        if not self.loops:
            raise TemplateError(self.text, left.start, f"a {word.decode()} outside of a range")
        tag = self._tag(left)
        return Jump(left.start, tag.end, tag, "break" if word == b"break" else "continue")

    def _call(self) -> TemplateCall:
        left = self._take()
        self._take_real()
        name = self._name("template")
        self._skip_space()
        pipeline = None if self._next.kind is Kind.RIGHT else self._pipeline(Kind.RIGHT, "template")
        tag = self._tag(left)
        return TemplateCall(left.start, tag.end, tag, name, pipeline)

    def _definition(self) -> Definition:
        left = self._take()
        self._take_real()
        return self._defined(left, self._name("define"), None)

    def _block(self) -> Definition:
        left = self._take()
        self._take_real()
        name = self._name("block")
        return self._defined(left, name, self._pipeline(Kind.RIGHT, "block"))

    def _defined(self, left: Token, name: String, pipeline: Pipeline | None) -> Definition:
        tag = self._tag(left)
        known, loops = self.known, self.loops
        self.known, self.loops = ["$"], 0
        body = self._body()
        self.known, self.loops = known, loops
        if self._keyword() == b"else":
            raise TemplateError(self.text, self._next.start, "an else in a definition, outside of if, with and range")
        closing = self._closing()
        if not is_empty(body):
            if name.value in self.defined:
                raise TemplateError(self.text, left.start, f'a second definition of "{name.value}" in one file')
            self.defined.add(name.value)
        return Definition(left.start, closing.end, tag, name, pipeline, body, closing)

    def _name(self, where: str) -> String:
        token = self._expect(Kind.STRING, where)
        return String(token.start, token.end, string(self.text, token))

    @contextmanager
    def _scope(self) -> Iterator[None]:
        """Variables that are declared in here are unknown afterwards."""
        size = len(self.known)
        yield
        del self.known[size:]

    # Expressions

    def _pipeline(self, end: Kind, where: str) -> Pipeline:
        """A pipeline up to a token of the kind `end`, which stays."""
        self._skip_space()
        start = self._next.start
        variables, assigns = self._variables(where)
        commands: list[Command] = []
        self._skip_space()
        while self._next.kind is not end:
            if self._next.kind not in _OPERANDS or self._is(*_KEYWORDS):
                self._refuse(self._next, where)
            commands.append(self._command(where))
            self._skip_space()
        if not commands:
            raise TemplateError(self.text, self._next.start, f"a value is missing in {where}")
        for command in commands[1:]:
            if isinstance(command.operands[0], _LITERALS):
                raise TemplateError(self.text, command.start, "a literal gets a value from a pipe, and takes none")
        return Pipeline(start, commands[-1].end, variables, assigns, tuple(commands))

    def _variables(self, where: str) -> tuple[tuple[Variable, ...], bool]:
        """The variables that get the value, if any do."""
        begin = self.position
        variables: list[Variable] = []
        while len(variables) < 2:
            token = self._take()
            if token.kind is not Kind.VARIABLE:
                break
            variables.append(Variable(token.start, token.end, token.value.decode()))
            self._skip_space()
            if self._next.kind in {Kind.DECLARE, Kind.ASSIGN}:
                assigns = self._take().kind is Kind.ASSIGN
                self.known += [one.name for one in variables]
                return tuple(variables), assigns
            if self._next.kind is not Kind.COMMA:
                break
            if where != "range" or len(variables) == 2:
                raise TemplateError(self.text, self._next.start, f"too many variables in {where}")
            self._take()
            self._skip_space()
        self.position = begin
        return (), False

    def _command(self, where: str) -> Command:
        operands: list[Operand] = []
        while True:
            self._skip_space()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._next
            if token.kind is Kind.SPACE:
                continue
            if token.kind is Kind.PIPE:
                self._take()
            elif token.kind not in {Kind.RIGHT, Kind.CLOSE}:
                self._refuse(token, where)
            break
        if not operands:
            raise TemplateError(self.text, self._next.start, "a command is missing")
        return Command(operands[0].start, operands[-1].end, tuple(operands))

    def _operand(self) -> Operand | None:
        term = self._term()
        if term is None or self._next.kind is not Kind.FIELD:
            return term
        if isinstance(term, _LITERALS):
            raise TemplateError(self.text, self._next.start, "a field of a literal")
        names = []
        while self._next.kind is Kind.FIELD:
            token = self._take()
            names.append(token.value[1:].decode())
        if isinstance(term, Field):
            return Field(term.start, token.end, (*term.names, *names))
        if isinstance(term, Variable):
            return Variable(term.start, token.end, term.name, tuple(names))
        return Chain(term.start, token.end, term, tuple(names))

    def _term(self) -> Operand | None:
        token = self._next
        if token.kind not in _OPERANDS or self._is(*_KEYWORDS):
            return None
        self._take()
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
            pipeline = self._pipeline(Kind.CLOSE, "parentheses")
            close = self._expect(Kind.CLOSE, "parentheses")
            return Parentheses(start, close.end, pipeline)
        return _word(token)


def _word(token: Token) -> Operand:
    if token.value == b"nil":
        return Nil(token.start, token.end)
    if token.value in {b"true", b"false"}:
        return Bool(token.start, token.end, token.value == b"true")
    return Function(token.start, token.end, token.value.decode())
