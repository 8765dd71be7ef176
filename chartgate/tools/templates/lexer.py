"""The tokens of a template. Together they are the whole text, byte by byte.

Source: text/template/parse/lex.go of Go 1.26.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class TemplateError(Exception):
    """A text is not a valid template. `position` is the byte of the error, and `line` its line from 1."""

    def __init__(self, text: bytes, position: int, what: str) -> None:
        self.position = position
        self.line = text.count(b"\n", 0, position) + 1
        super().__init__(f"line {self.line}: {what}")


class Kind(Enum):
    """The kinds of tokens."""

    TEXT = auto()
    COMMENT = auto()
    LEFT = auto()
    RIGHT = auto()
    SPACE = auto()
    WORD = auto()
    FIELD = auto()
    DOT = auto()
    VARIABLE = auto()
    NUMBER = auto()
    CHARACTER = auto()
    STRING = auto()
    PIPE = auto()
    DECLARE = auto()
    ASSIGN = auto()
    COMMA = auto()
    OPEN = auto()
    CLOSE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, from the byte `start` to before the byte `end`.

    A delimiter has its trim marker with it (`{{- `), a comment its delimiters, and a text the white space that a trim
    marker takes away.
    """

    kind: Kind
    start: int
    end: int
    value: bytes

    @property
    def trims_before(self) -> bool:
        """Whether it takes away the white space before it."""
        return self.kind in {Kind.LEFT, Kind.COMMENT} and self.value.startswith(b"{{-")

    @property
    def trims_after(self) -> bool:
        """Whether it takes away the white space after it."""
        return self.kind in {Kind.RIGHT, Kind.COMMENT} and self.value.endswith(b"-}}")


_LEFT = re.compile(rb"\{\{(-(?=[ \t\r\n]))?")
_COMMENT = re.compile(rb"\{\{(?:-[ \t\r\n])?/\*(?P<whole>.*?\*/(?P<close>(?:[ \t\r\n]-)?\}\})?)?", re.DOTALL)
_ALPHANUMERIC = rb"(?:[A-Za-z0-9_]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_NUMBER = (
    rb"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    rb"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
# After a left delimiter: the first pattern that matches decides.
_INSIDE = {
    Kind.RIGHT: rb"(?:[ \t\r\n]-)?\}\}",
    # Spaces up to the one that belongs to a trim marker.
    Kind.SPACE: rb"(?:(?![ \t\r\n]-\}\})[ \t\r\n])+",
    Kind.DECLARE: rb":=",
    Kind.ASSIGN: rb"=",
    Kind.PIPE: rb"\|",
    Kind.COMMA: rb",",
    Kind.OPEN: rb"\(",
    Kind.CLOSE: rb"\)",
    Kind.STRING: rb'"(?:\\[^\n]|[^"\\\n])*"|`[^`]*`',
    Kind.CHARACTER: rb"'(?:\\[^\n]|[^'\\\n])*'",
    Kind.VARIABLE: rb"\$" + _ALPHANUMERIC + rb"*",
    Kind.FIELD: rb"\.(?![0-9])" + _ALPHANUMERIC + rb"+",
    Kind.DOT: rb"\.(?![0-9])",
    Kind.NUMBER: rb"(?=[+-]|\.?[0-9])" + _NUMBER + rb"(?:(?<!i)(?=[+-])" + _NUMBER + rb"(?<=i))?",
    Kind.WORD: _ALPHANUMERIC + rb"+",
}
_TOKEN = re.compile(b"|".join(b"(?P<%s>%s)" % (kind.name.encode(), pattern) for kind, pattern in _INSIDE.items()))
_NAMES = frozenset({Kind.VARIABLE, Kind.FIELD, Kind.DOT, Kind.WORD})
_SIGN = re.compile(_ALPHANUMERIC)
_AFTER_A_NAME = re.compile(rb"[ \t\r\n.,|:)(]|\}\}|$")
_UNENDED = {
    b'"': "a quoted text that does not end",
    b"`": "a raw text that does not end",
    b"'": "a character constant that does not end",
}


def tokens(text: bytes) -> Iterator[Token]:
    """The tokens, the last of which is empty and of the kind END.

    Raises:
        TemplateError: the text has what Go's lexer refuses.
    """
    position = 0
    while (start := text.find(b"{{", position)) >= 0:
        if start > position:
            yield _token(Kind.TEXT, text, position, start)
        if comment := _COMMENT.match(text, start):
            if comment["whole"] is None:
                raise TemplateError(text, start, "a comment that does not end")
            if comment["close"] is None:
                raise TemplateError(text, start, "a comment has more than itself between its delimiters")
            yield _token(Kind.COMMENT, text, start, comment.end())
            position = comment.end()
            continue
        for token in _action(text, start):
            yield token
            position = token.end
    if position < len(text):
        yield _token(Kind.TEXT, text, position, len(text))
    yield _token(Kind.END, text, len(text), len(text))


def _action(text: bytes, start: int) -> Iterator[Token]:
    """The tokens from a left delimiter to its right one."""
    left = _LEFT.match(text, start)
    assert left is not None
    yield _token(Kind.LEFT, text, start, left.end())
    position, depth = left.end(), 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            what = _UNENDED.get(text[position : position + 1])
            raise TemplateError(text, position, what or f'an unexpected "{chr(text[position])}"')
        kind = Kind[found.lastgroup]
        _require_well_ended(kind, text, found)
        depth += {Kind.OPEN: 1, Kind.CLOSE: -1}.get(kind, 0)
        if depth < 0:
            raise TemplateError(text, position, "a parenthesis that was not opened")
        if depth and kind is Kind.RIGHT:
            raise TemplateError(text, position, "a parenthesis that is not closed")
        yield _token(kind, text, position, found.end())
        if kind is Kind.RIGHT:
            return
        position = found.end()
    raise TemplateError(text, start, "an action that is not closed")


def _require_well_ended(kind: Kind, text: bytes, found: re.Match[bytes]) -> None:
    word, end = found[0], found.end()
    if kind in _NAMES:
        letters = word.lstrip(b"$.").decode("utf-8", errors="replace")
        strange = [sign for sign in letters if not _is_of_names(sign)]
        if strange or not _AFTER_A_NAME.match(text, end):
            shown = strange[0] if strange else text[end : end + 4].decode("utf-8", errors="replace")[:1]
            raise TemplateError(text, end, f'an unexpected "{shown}" in a name')
    elif kind is Kind.NUMBER and _SIGN.match(text, end):
        raise TemplateError(text, found.start(), f'"{word.decode()}" with a letter after it is no number')


def _is_of_names(sign: str) -> bool:
    return sign == "_" or unicodedata.category(sign)[0] == "L" or unicodedata.category(sign) == "Nd"


def _token(kind: Kind, text: bytes, start: int, end: int) -> Token:
    return Token(kind, start, end, text[start:end])
