"""Parses the text of a template into a tree, as Go's own parser does.

Source: text/template/parse/parse.go of Go 1.26. Names of functions are not checked, because they
depend on the version of Helm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from chartgate.tools.templates.expressions import Expressions
from chartgate.tools.templates.lexer import Kind, TemplateError, Token
from chartgate.tools.templates.nodes import (
    Action,
    Arm,
    Branch,
    Comment,
    Definition,
    Jump,
    Node,
    Pipeline,
    String,
    Tag,
    Template,
    TemplateCall,
    Text,
    is_empty,
)

_SPACES = b" \t\r\n"


def parse(text: bytes) -> Template:
    """Parse a template file. The nodes of a body follow each other without gaps.

    Raises:
        TemplateError: Go's parser refuses the text.
    """
    return _Parser(text).template()


class _Parser(Expressions):
    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.defined: set[str] = set()
        self.loops = 0

    def template(self) -> Template:
        body: list[Node] = []
        while self.next.kind is not Kind.END:
            keyword = self.keyword
            if keyword == b"define":
                body.append(self._definition())
            elif keyword in {b"else", b"end"}:
                raise TemplateError(self.text, self.next.start, f"an {keyword.decode()} without an if, with or range")
            else:
                body.append(self._statement())
        return Template(0, len(self.text), tuple(body))

    def _body(self) -> tuple[Node, ...]:
        """Read the statements up to an `else` or `end`, which is not read."""
        body: list[Node] = []
        while self.keyword not in {b"else", b"end"}:
            if self.next.kind is Kind.END:
                raise TemplateError(self.text, self.next.start, "an end is missing")
            body.append(self._statement())
        return tuple(body)

    def _statement(self) -> Node:
        token = self.next
        if token.kind is Kind.TEXT:
            return self._text()
        if token.kind is Kind.COMMENT:
            self.take()
            return Comment(token.start, token.end)
        keyword = self.keyword
        if keyword in {b"if", b"with", b"range"}:
            return self._branch()
        if keyword in {b"break", b"continue"}:
            return self._jump()
        if keyword == b"template":
            return self._call()
        if keyword == b"block":
            return self._block()
        left = self.take()
        pipeline = self.pipeline(Kind.RIGHT, "an action")
        tag = self._tag(left)
        return Action(left.start, tag.end, tag, pipeline)

    def _text(self) -> Text:
        before, token = self.before, self.take()
        printed = token.value
        if before is not None and before.trims_after:
            printed = printed.lstrip(_SPACES)
        if self.next.trims_before:
            printed = printed.rstrip(_SPACES)
        return Text(token.start, token.end, printed)

    def _tag(self, left: Token) -> Tag:
        """Read the end of the tag that begins with `left`."""
        right = self.expect(Kind.RIGHT, "an action")
        return Tag(left.start, right.end, left.trims_before, right.trims_after)

    def _branch(self) -> Branch:
        with self._scope():
            left = self.take()
            word = self.take_real().value
            keyword: Literal["if", "with", "range"] = "if" if word == b"if" else "with" if word == b"with" else "range"
            arms = [self._arm(left, keyword, keyword)]
            while self.keyword == b"else":
                turn = self.take()
                self.take_real()
                self.skip_space()
                if arms[-1].condition is None:
                    raise TemplateError(self.text, turn.start, "an else after the last else")
                again = keyword != "range" and self.is_word(keyword.encode())
                if again:
                    self.take()
                arms.append(self._arm(turn, keyword, keyword if again else None))
            closing = self._closing()
            return Branch(left.start, closing.end, keyword, tuple(arms), closing)

    def _arm(self, left: Token, keyword: str, condition: str | None) -> Arm:
        pipeline = self.pipeline(Kind.RIGHT, condition) if condition else None
        tag = self._tag(left)
        # `break` and `continue` are allowed before the else of a range.
        inside = keyword == "range" and condition is not None
        self.loops += inside
        body = self._body()
        self.loops -= inside
        return Arm(left.start, self.next.start, tag, pipeline, body)

    def _closing(self) -> Tag:
        left = self.take()
        self.take_real()
        return self._tag(left)

    def _jump(self) -> Jump:
        left = self.take()
        word = self.take_real().value
        if not self.loops:
            raise TemplateError(self.text, left.start, f"a {word.decode()} outside of a range")
        tag = self._tag(left)
        return Jump(left.start, tag.end, tag, "break" if word == b"break" else "continue")

    def _call(self) -> TemplateCall:
        left = self.take()
        self.take_real()
        name = self.name("template")
        self.skip_space()
        pipeline = None if self.next.kind is Kind.RIGHT else self.pipeline(Kind.RIGHT, "template")
        tag = self._tag(left)
        return TemplateCall(left.start, tag.end, tag, name, pipeline)

    def _definition(self) -> Definition:
        left = self.take()
        self.take_real()
        return self._defined(left, self.name("define"), None)

    def _block(self) -> Definition:
        left = self.take()
        self.take_real()
        name = self.name("block")
        return self._defined(left, name, self.pipeline(Kind.RIGHT, "block"))

    def _defined(self, left: Token, name: String, pipeline: Pipeline | None) -> Definition:
        tag = self._tag(left)
        known, loops = self.known, self.loops
        self.known, self.loops = ["$"], 0
        body = self._body()
        self.known, self.loops = known, loops
        if self.keyword == b"else":
            raise TemplateError(self.text, self.next.start, "an else in a definition, outside of if, with and range")
        closing = self._closing()
        if not is_empty(body):
            if name.value in self.defined:
                raise TemplateError(self.text, left.start, f'a second definition of "{name.value}" in one file')
            self.defined.add(name.value)
        return Definition(left.start, closing.end, tag, name, pipeline, body, closing)

    @contextmanager
    def _scope(self) -> Iterator[None]:
        """Variables that are declared in the block are unknown after it."""
        size = len(self.known)
        yield
        del self.known[size:]
