"""How a Python function becomes one of CEL: an overload for each type that it takes."""

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
    """The declarations, collected function by function, since a function has all of its overloads in one."""

    def __init__(self) -> None:
        self._overloads: dict[str, list[Overload]] = {}

    def add(
        self, name: str, result: Type, *parameters: Parameter, run: Callable[..., Any], member: bool = True
    ) -> None:
        """Declare a function.

        Args:
            result: the type of what it returns.
            parameters: the type of each parameter, or the types that it may have; the first one is that of the target
                of a member.
            run: what it does. An exception is an error of the expression.
            member: it is called as `target.name(…)`, else as `name(…)`.
        """
        overloads = self._overloads.setdefault(name, [])
        choices = [one if isinstance(one, tuple) else (one,) for one in parameters]
        for types in product(*choices):  # one overload each
            named = "_".join(each.name() for each in types)
            identifier = f"kubernetes_{name}_{named}_{'member' if member else 'global'}"
            overloads.append(Overload(identifier, result, list(types), is_member=member, impl=run))

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset(self._overloads)

    def declarations(self) -> list[FunctionDecl]:
        """All of them."""
        return [FunctionDecl(name, overloads) for name, overloads in self._overloads.items()]
