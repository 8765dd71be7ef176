"""Policies with compiled expressions, in which the variables of the policy are replaced by their expressions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chartgate.tools.cel.errors import NotSupportedError
from chartgate.values.policies import Policy

if TYPE_CHECKING:
    from chartgate.tools.cel.expressions import Expression

VARIABLES = frozenset({"object", "oldObject", "request", "namespaceObject"})
"""What expressions of a policy may use; `authorizer` is missing, because nobody knows who will install the chart."""
_VARIABLE = re.compile(r"(?<![\w.])variables\.([A-Za-z_]\w*)")
_OF_NAMESPACE = re.compile(r"(?<![\w.])namespaceObject\b(?!\.metadata\.name\b)")


@dataclass(frozen=True)
class Part:
    """An expression of a policy, and its place in the policy's spec, such as "validations[0].expression"."""

    where: str
    written: str
    text: str
    variables: frozenset[str]

    @property
    def expression(self) -> "Expression | NotSupportedError":
        """Compile an expression, with the variables of the policy replaced by their expressions."""
        from chartgate.tools.cel.expressions import compiled  # loads the library, which few runs need

        return compiled(self.text, self.variables)

    @property
    def asks_for_namespace(self) -> bool:
        """Whether an expression reads more of the namespace than its name."""
        return _OF_NAMESPACE.search(self.text) is not None


@dataclass(frozen=True)
class Validation:
    """A validation of a policy, and the message for an object that fails it."""

    demand: Part
    message: str
    message_expression: Part | None
    reason: str


class CompiledPolicy:
    """The expressions of a policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._names = VARIABLES | ({"params"} if policy.spec.get("paramKind") else set())
        self._variables: dict[str, str] = {}
        for one in policy.spec.get("variables") or ():
            self._variables[one["name"]] = f"({self._inlined(one['expression'])})"

    @property
    def fails_closed(self) -> bool:
        """Whether the policy refuses an object if an expression ends with an error (`failurePolicy: Fail`)."""
        return bool(self.policy.spec.get("failurePolicy", "Fail") != "Ignore")

    @cached_property
    def conditions(self) -> list[Part]:
        """The match conditions."""
        return list(self._parts("matchConditions"))

    @cached_property
    def validations(self) -> list[Validation]:
        """The validations."""
        return [
            Validation(part, *self._words(index, one))
            for index, (part, one) in enumerate(
                zip(self._parts("validations"), self.policy.spec.get("validations") or (), strict=True)
            )
        ]

    def _words(self, index: int, validation: Mapping[str, Any]) -> tuple[str, Part | None, str]:
        written = validation.get("messageExpression")
        part = self._part(f"validations[{index}].messageExpression", written) if written else None
        message = validation.get("message") or f"failed expression: {' '.join(validation['expression'].split())}"
        return str(message).strip(), part, str(validation.get("reason") or "")

    def _parts(self, key: str) -> Iterator[Part]:
        for index, one in enumerate(self.policy.spec.get(key) or ()):
            yield self._part(f"{key}[{index}].expression", one["expression"])

    def _part(self, where: str, written: str) -> Part:
        return Part(where, written, self._inlined(written), self._names)

    def _inlined(self, text: str) -> str:
        """Replace each variable in an expression by its own expression: the server evaluates variables on use."""
        return _VARIABLE.sub(lambda found: self._variables.get(found[1], found[0]), text)


@cache
def compiled_policy(policy: Policy) -> CompiledPolicy:
    """Compile a policy. A policy that was compiled before is not compiled again."""
    return CompiledPolicy(policy)
