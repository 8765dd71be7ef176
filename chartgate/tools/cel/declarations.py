"""Declarations of Python functions as functions of CEL, with an overload for each type of their parameters."""

from collections.abc import Callable
from itertools import product
from typing import Any

from cel_expr_python.cel import FunctionDecl, Overload, Type

BOOL, BYTES, DOUBLE, DYN, INT = Type.BOOL, Type.BYTES, Type.DOUBLE, Type.DYN, Type.INT
LIST, MAP, STRING = Type.LIST, Type.MAP, Type.STRING
ANY = (BOOL, BYTES, DOUBLE, INT, LIST, MAP, STRING, Type.UINT, Type.DURATION, Type.TIMESTAMP, Type.NULL)
"""Every type: at run time, the library looks for an overload of the type that a value has."""

Parameter = Any
"""A type, or a tuple of types."""


class Functions:
    """Collects overloads by the name of the function, because CEL takes all of a function in one declaration."""

    def __init__(self) -> None:
        self._overloads: dict[str, list[Overload]] = {}

    def add(
        self, name: str, result: Type, *parameters: Parameter, run: Callable[..., Any], member: bool = True
    ) -> None:
        """Declare a function.

        Args:
            result: the type of the result.
            parameters: for each parameter its type, or a tuple of the types that it accepts. For a member, the first
                parameter is the target.
            run: computes the result. An exception becomes an error of the expression.
            member: expressions call it as `target.name(…)`; otherwise as `name(…)`.
        """
        overloads = self._overloads.setdefault(name, [])
        choices = [one if isinstance(one, tuple) else (one,) for one in parameters]
        for types in product(*choices):  # one overload each
            named = "_".join(each.name() for each in types)
            identifier = f"kubernetes_{name}_{named}_{'member' if member else 'global'}"
            overloads.append(Overload(identifier, result, list(types), is_member=member, impl=run))

    @property
    def names(self) -> frozenset[str]:
        """The names of the declared functions."""
        return frozenset(self._overloads)

    def declarations(self) -> list[FunctionDecl]:
        """The declarations for the CEL library."""
        return [FunctionDecl(name, overloads) for name, overloads in self._overloads.items()]
