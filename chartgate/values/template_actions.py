"""The actions of a Go template, `{{ … }}`, as words.

Source: Go documentation, text/template, Actions and Arguments.
"""

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_ACTION = re.compile(r"""\{\{-?((?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`}]|\}(?!\}))*?)-?\}\}""", re.DOTALL)
_WORD = re.compile(
    r"""
      "(?:\\.|[^"\\])*" | `[^`]*` | '(?:\\.|[^'\\])*'      # a text
    | \$\w*(?:\.\w+)*                                      # a variable and its fields
    | \.\w+(?:\.\w+)*                                      # fields of the dot, or of what stands before in brackets
    | :=|[()|,.=]
    | [^\s()|,=]+
    """,
    re.VERBOSE,
)


def actions(template: str) -> Iterator[list[str]]:
    """The words of each action of a template, without those of comments.

    A field that follows a bracket without a space is marked with a leading ")": it is a field of the bracket's value.

    >>> list(actions('{{- if (.Values.web).port }}a{{ end }}'))
    [['if', '(', '.Values.web', ')', ').port'], ['end']]
    """
    for match in _ACTION.finditer(_COMMENT.sub("", template)):
        words: list[str] = []
        end = -1
        for word in _WORD.finditer(match[1]):
            of_bracket = words and words[-1] == ")" and word.start() == end and word[0].startswith(".")
            words.append(f"){word[0]}" if of_bracket else word[0])
            end = word.end()
        if words:
            yield words
