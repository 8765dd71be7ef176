"""Expressions that are never empty, as the text of the template shows: a range over one of them always has an entry.

A wrong answer would hide an arm, so that what is not certain counts as possibly empty. A helper that empties a dict of
its caller is not seen.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from chartgate.tools.templates.nodes import (
    Arm,
    Branch,
    Command,
    Definition,
    Dot,
    Field,
    Function,
    Node,
    Operand,
    Parentheses,
    Pipeline,
    Variable,
)

_KEEP = frozenset({"deepCopy", "reverse", "sortAlpha", "uniq", "values"})
"""Functions of one list or dict whose result has entries if that one has."""
_JOIN = frozenset({"coalesce", "concat", "keys", "or"})
"""Functions whose result has entries if one of the arguments has."""
_MERGE = frozenset({"merge", "mergeOverwrite"})
"""Functions whose result has entries if the first argument has. Of the others, entries that are nil may be left out."""
_ADD = {"append": 2, "prepend": 2, "set": 3}
"""Functions that add an entry, by the number of their arguments."""


@dataclass(frozen=True)
class Filled:
    """What is known not to be empty at one place of a template.

    `variables` are never empty; `shown` are the texts of operands that an `if` or a `with` around the place has tested.
    """

    source: bytes
    variables: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    def has_entries(self, pipeline: Pipeline) -> bool:
        """Whether the result of a pipeline is certainly not empty."""
        filled: bool | None = None
        for command in pipeline.commands:
            filled = self._command(command, piped=filled)
        return bool(filled)

    def _command(self, command: Command, *, piped: bool | None) -> bool:
        function, *operands = command.operands
        if not isinstance(function, Function):
            return not operands and self._operand(function)
        given = [*map(self._operand, operands), *([] if piped is None else [piped])]
        match function.name:
            case "list":
                return bool(given)
            case "dict":
                return len(given) > 1
            case "default":
                return len(given) == 2 and given[0]
            case "ternary":
                return len(given) == 3 and given[0] and given[1]
            case name if name in _ADD:
                return len(given) == _ADD[name]
            case name if name in _JOIN:
                return any(given)
            case name if name in _MERGE:
                return bool(given) and given[0]
            case name if name in _KEEP:
                return len(given) == 1 and given[0]
        return False

    def _operand(self, operand: Operand) -> bool:
        match operand:
            case Parentheses():
                return self.has_entries(operand.pipeline)
            case Variable(names=()) if operand.name in self.variables:
                return True
        return self._text(operand) in self.shown

    def _text(self, node: Node) -> str:
        return self.source[node.start : node.end].decode("utf-8", errors="replace")

    def within(self, keyword: str, arm: Arm) -> "Filled":
        """What is known in an arm of a branch: what its condition tests, unless something there changes it."""
        changes_dot = keyword != "if"
        shown = {text for text in self.shown if not (changes_dot and arm.condition and text.startswith("."))}
        if arm.condition and keyword != "range":
            tested = {self._text(one): one for one in _tested(arm.condition)}
            if keyword == "with":
                tested = {text: one for text, one in tested.items() if not isinstance(one, Dot | Field)}
                tested["."] = Dot(arm.tag.start, arm.tag.end)
            shown |= {text for text, one in tested.items() if not _may_change(one, arm.body)}
        return replace(self, shown=frozenset(shown))


def filled_in(source: bytes, body: Collection[Node]) -> Filled:
    """What is known at the beginning of a definition, or of a file: the variables that are never empty."""
    given: dict[str, list[Pipeline | None]] = {}
    for node in _own(body):
        if isinstance(node, Command) and _calls(node, {"unset"}):
            # The dict may have other names, such as the dot of a `with`.
            return Filled(source)
        if isinstance(node, Branch) and node.keyword == "range":
            for variable in (one for arm in node.arms if arm.condition for one in arm.condition.variables):
                given.setdefault(variable.name, []).append(None)
        elif isinstance(node, Pipeline):
            for variable in node.variables:
                given.setdefault(variable.name, []).append(node)
    # The first value of a variable cannot come from itself, so that one which is only made of filled ones is filled.
    variables = frozenset(given)
    while True:
        known = Filled(source, variables)
        kept = frozenset(name for name in variables if all(one and known.has_entries(one) for one in given[name]))
        if kept == variables:
            return known
        variables = kept


def _own(body: Collection[Node]) -> Iterator[Node]:
    """The nodes of a body, without those of the definitions in it."""
    for node in body:
        if not isinstance(node, Definition):
            yield node
            yield from _own(tuple(node.children))


def _calls(command: Command, names: Collection[str]) -> bool:
    return isinstance(command.operands[0], Function) and command.operands[0].name in names


def _tested(condition: Pipeline) -> Iterator[Dot | Field | Variable]:
    """The operands that are not empty if a condition is not: it itself, or each one of an `and`."""
    if len(condition.commands) > 1:
        return
    (command,) = condition.commands
    operands = command.operands[1:] if _calls(command, {"and"}) else command.operands
    if len(operands) > 1 and operands is command.operands:
        return
    for operand in operands:
        if isinstance(operand, Parentheses):
            yield from _tested(operand.pipeline)
        elif isinstance(operand, Dot | Field | Variable):
            yield operand


def _may_change(operand: Dot | Field | Variable, body: Collection[Node]) -> bool:
    """Whether a body gives a variable another value, or may change a dict so that the operand is empty."""
    name = operand.name if isinstance(operand, Variable) else ""
    # Other values in a dict change what its fields are, but do not empty the dict itself.
    is_whole = isinstance(operand, Dot) or (isinstance(operand, Variable) and not operand.names)
    changing = {"unset"} if is_whole else {"set", "unset", "mergeOverwrite", "mustMergeOverwrite"}
    return any(
        (isinstance(node, Command) and _calls(node, changing))
        or (isinstance(node, Pipeline) and name in {one.name for one in node.variables})
        for node in _own(body)
    )
