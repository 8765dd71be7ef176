"""Numbers, characters and quoted texts of templates.

Source: Go's strconv.Unquote, and newNumber in text/template/parse/node.go.
"""

import re

from chartgate.tools.templates.lexer import Kind, TemplateError, Token

_ESCAPE = re.compile(
    rb"\\(?:(?P<sign>[abfnrtv\\'\"])|x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})"
    rb"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<other>))"
)
_SIGNS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_DIGITS = rb"[0-9](?:_?[0-9])*"
_REAL = re.compile(
    rb"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*"
    rb"|0[xX](?:_?[0-9a-fA-F])*\.?(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?[pP][+-]?[0-9]+"
    rb"|[1-9](?:_?[0-9])*|"
    + _DIGITS
    + rb"[eE][+-]?"
    + _DIGITS
    + rb"|(?:"
    + _DIGITS
    + rb")?\.(?:"
    + _DIGITS
    + rb")?(?:[eE][+-]?"
    + _DIGITS
    + rb")?)"
)


def number(text: bytes, token: Token) -> str:
    """A number or a character constant, as it is written.

    Raises:
        TemplateError: it is not a number of Go.
    """
    written = token.value
    if token.kind is Kind.CHARACTER:
        if len(_unescaped(text, token, b"'").decode("utf-8", errors="replace")) != 1:
            raise TemplateError(text, token.start, "a character constant is not one character")
    elif not _is_real(written.removesuffix(b"i")) and not _is_complex(written):
        raise TemplateError(text, token.start, f"{written.decode()} is no number")
    return written.decode("utf-8", errors="replace")


def string(text: bytes, token: Token) -> str:
    """The value of a text in quotes or backquotes; bytes that are not UTF-8 become replacement characters.

    Raises:
        TemplateError: it has an escape that Go does not know.
    """
    if token.value.startswith(b"`"):
        return token.value[1:-1].replace(b"\r", b"").decode("utf-8", errors="replace")
    return _unescaped(text, token, b'"').decode("utf-8", errors="replace")


def _is_complex(written: bytes) -> bool:
    parts = re.fullmatch(rb"([+-]?.*[^eEpP])([+-].*)i", written)
    return bool(parts and _is_real(parts[1]) and _is_real(parts[2]))


def _is_real(written: bytes) -> bool:
    return bool(_REAL.fullmatch(written) and re.search(rb"[0-9a-fA-F]", written))


def _unescaped(text: bytes, token: Token, quote: bytes) -> bytes:
    def value(found: re.Match[bytes]) -> bytes:
        if sign := found["sign"]:
            if sign in b"'\"" and sign != quote:
                raise TemplateError(text, token.start, f"\\{sign.decode()} is no escape here")
            return _SIGNS.get(sign, sign)
        if found["byte"]:
            return bytes([int(found["byte"], 16)])
        if found["octal"] and int(found["octal"], 8) < 256:
            return bytes([int(found["octal"], 8)])
        code = int(found["short"] or found["long"] or b"110000", 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise TemplateError(text, token.start, "an escape that Go does not know")
        return chr(code).encode()

    return _ESCAPE.sub(value, token.value[1:-1])
