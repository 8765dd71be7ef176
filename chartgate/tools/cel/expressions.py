"""Expressions of CEL, compiled once and evaluated over plain data, as Kubernetes evaluates them.

The language and its type checker are Google's (cel-expr-python); what Kubernetes adds is declared in this package.
Source: k8s.io/apiserver, pkg/cel/environment/base.go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional

from chartgate.tools.cel.declarations import Functions
from chartgate.tools.cel.errors import EvaluationError, NotSupportedError
from chartgate.tools.cel.kubernetes import add_kubernetes
from chartgate.tools.cel.lists import add_lists, plain
from chartgate.tools.cel.macros import Expander, add_helpers
from chartgate.tools.cel.syntax import rewritten
from chartgate.tools.cel.texts import add_texts

_COMPARES_NUMBERS = re.compile(r"no matching overload for '_(<|<=|>|>=)_'")


@dataclass(frozen=True)
class Expression:
    """A compiled expression."""

    text: str
    program: cel.Expression

    def value(self, data: Mapping[str, Any]) -> Any:
        """Evaluate the expression; the result is plain data.

        Args:
            data: the value of each variable: null, booleans, numbers, texts, lists and maps.

        Raises:
            EvaluationError: the evaluation ends with an error, for example because a field is missing.
            NotSupportedError: the library cannot convert the result to a value of Python.
        """
        try:
            found = self.program.eval(data=dict(data))
            if found.type() != cel.Type.ERROR:
                return plain(found)
        except (RuntimeError, TypeError) as error:
            raise NotSupportedError(_words(str(error))) from error
        words = str(found.value())
        raise NotSupportedError(words) if "Non-CEL value type" in words else EvaluationError(_words(words))


@cache
def compiled(text: str, variables: frozenset[str]) -> Expression | NotSupportedError:
    """Compile an expression. An expression that cannot be compiled gives the error with the reason.

    Args:
        variables: the names of the variables that the expression may use. They may have any type.
    """
    environment = _environment(variables)
    try:
        return Expression(text, environment.compile(text))
    except RuntimeError as error:
        # Kubernetes compares numbers of different types. The library does so only without its type check.
        problems = [line for line in str(error).splitlines() if "ERROR: <input>" in line]
        if problems and all(map(_COMPARES_NUMBERS.search, problems)):
            return Expression(text, environment.compile(text, disable_check=True))
        return _expanded(text, variables) or NotSupportedError(_words(str(error)))


def _expanded(text: str, variables: frozenset[str]) -> Expression | NotSupportedError | None:
    """Compile an expression that has macros which the library lacks; None if it has none, or is not CEL."""
    environment, expander = _environment(variables), Expander(_functions().names)
    try:
        serialized = environment.compile(text, disable_check=True).serialize()
        made = rewritten(serialized, lambda node: expander.expand(node, variables))
        return Expression(text, environment.deserialize(made)) if expander.expanded else None
    except LookupError as error:
        return NotSupportedError(str(error.args[0])) if expander.expanded else None
    except RuntimeError:
        return None


@cache
def _functions() -> Functions:
    functions = Functions()
    for add in (add_texts, add_lists, add_kubernetes, add_helpers):
        add(functions)
    return functions


@cache
def _environment(variables: frozenset[str]) -> cel.Env:
    return cel.NewEnv(
        variables=dict.fromkeys(sorted(variables), cel.Type.DYN),
        extensions=[ext_bindings.ExtBindings(), ext_optional.ExtOptional()],
        functions=_functions().declarations(),
    )


def _words(text: str) -> str:
    """An error message of the library in the words of cel-go, as one line."""
    found = re.search(r"ERROR: <input>:\d+:\d+: (.*)", text)
    line = found[1] if found else text.splitlines()[0]
    line = re.sub(r" \(in container ''\)$", "", re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", line))
    line = re.sub(r"^Index error: index=(\d+) size=\d+$", r"index out of bounds: \1", line)
    line = re.sub(
        r"^cannot convert (string|bytes) to (int|uint|double|bool|string)$",
        r"type conversion error from '\1' to '\2'",
        line,
    )
    line = re.sub(r"^No matching overloads found : (.*)$", r"no such overload: \1", line)
    return re.sub(r'^Key not found in map : "(.*)"$', r"no such key: \1", line)
