"""A position in the tokens of a template."""

from typing import NoReturn

from chartgate.tools.templates.lexer import Kind, TemplateError, Token, tokens

KEYWORDS = frozenset(
    {b"block", b"break", b"continue", b"define", b"else", b"end", b"if", b"range", b"template", b"with"}
)


class Cursor:
    """The tokens of a text, of which `next` is to be read next.

    Raises:
        TemplateError: the text has what Go's lexer refuses.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.position = 0
        self._tokens = list(tokens(text))

    @property
    def next(self) -> Token:
        """The token that is to be read next."""
        return self._tokens[self.position]

    @property
    def before(self) -> Token | None:
        """The token before it; None at the beginning."""
        return self._tokens[self.position - 1] if self.position else None

    @property
    def keyword(self) -> bytes:
        """The keyword of the action that begins here; empty where none does."""
        if self.next.kind is not Kind.LEFT:
            return b""
        index = self.position + 1
        while self._tokens[index].kind is Kind.SPACE:
            index += 1
        token = self._tokens[index]
        return token.value if token.kind is Kind.WORD and token.value in KEYWORDS else b""

    def take(self) -> Token:
        """Read a token."""
        token = self.next
        self.position += 1
        return token

    def skip_space(self) -> None:
        """Read white space, if there is any."""
        while self.next.kind is Kind.SPACE:
            self.position += 1

    def take_real(self) -> Token:
        """Read the first token that is no white space."""
        self.skip_space()
        return self.take()

    def expect(self, kind: Kind, where: str) -> Token:
        """Read the first token that is no white space.

        Raises:
            TemplateError: it has another kind; `where` is what the message calls the place.
        """
        token = self.take_real()
        if token.kind is not kind:
            self.refuse(token, where)
        return token

    def refuse(self, token: Token, where: str) -> NoReturn:
        """Raise the error for a token that is not allowed at its place."""
        shown = token.value.decode("utf-8", errors="replace") or "the end of the file"
        raise TemplateError(self.text, token.start, f"unexpected {shown} in {where}")

    def is_word(self, *words: bytes) -> bool:
        """Whether the next token is one of these words."""
        return self.next.kind is Kind.WORD and self.next.value in words
