"""Walks the tree of a template in the order in which Helm evaluates it, and records each read of a value.

Source: Go documentation, text/template, Actions, Arguments, Pipelines and Variables.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

from chartgate.tools.templates.nodes import (
    Action,
    Arm,
    Branch,
    Chain,
    Command,
    Definition,
    Dot,
    Field,
    Function,
    Node,
    Operand,
    Parentheses,
    Pipeline,
    String,
    Template,
    TemplateCall,
    Variable,
)

Names = tuple[str, ...]
"""The keys of a value from the top of the values."""
EACH = "[]"
"""In the place of a key: any key of a map, or any item of a list."""

_VALUES, _SUBCHARTS = "Values", "Subcharts"
_IN_SUBCHARTS = ".Subcharts"
"""Begins the path of what stands in `.Subcharts`, which holds no values itself: its charts have their `.Values`."""
_METHODS = frozenset({"AsMap", "YAML", "Table", "PathValue", "Encode"})
"""The methods of Helm's values (helm/pkg/chart/common/values.go)."""
_CHOOSING = frozenset({"and", "or"})
"""Functions that return one of the values that they get."""
_TESTS = _CHOOSING | {
    *("not", "eq", "ne", "lt", "le", "gt", "ge", "empty", "len", "kindIs", "typeIs", "kindOf", "typeOf", "contains"),
    *("has", "hasPrefix", "hasSuffix", "regexMatch", "semverCompare", "lower", "upper", "toString", "int", "int64"),
    *("trim", "all", "any", "hasKey"),
}
"""Functions that read a value itself if they stand in a condition, and not all values in it."""
_PASSING = frozenset({"default", "required"})
"""Functions that return the last value that they get."""
_KEYED = frozenset({"index", "get", "hasKey", "dig"})
"""Functions that take a key of a map."""


@dataclass(frozen=True)
class Read:
    """A read of the value at `path`, at the byte `start` of the template.

    `tested`: a condition reads the value. Otherwise the template reads it with all values in it.
    """

    path: Names
    start: int
    tested: bool


@dataclass(frozen=True)
class _Result:
    """The result of an operand or a pipeline. `path` is the path of the value, None for anything else; `key` is the
    result as a key of a map.
    """

    path: Names | None
    start: int
    key: str = EACH


@dataclass
class _Scope:
    """The dot and the variables at a place of a template, as paths of values; None for anything else.

    `variables` has a dictionary for each statement around the place, the innermost last.
    """

    dot: Names | None
    variables: list[dict[str, Names | None]]


class Walk:
    """Walks a template. `reads` are its reads."""

    def __init__(self, template: Template) -> None:
        self.reads: list[Read] = []
        self._scope = _Scope(None, [{}])
        self._statements(template.body)

    def _statements(self, body: Sequence[Node]) -> None:
        for node in body:
            match node:
                case Action():
                    result = self._pipeline(node.pipeline)
                    for variable in node.pipeline.variables:
                        self._set(variable.name, result, assigns=node.pipeline.assigns)
                    if not node.pipeline.variables:
                        self._note(result)
                case TemplateCall(pipeline=Pipeline() as pipeline):
                    self._note(self._pipeline(pipeline))
                case Branch():
                    with self._opened():
                        for arm in node.arms:
                            self._arm(arm, node.keyword)
                case Definition():
                    if node.pipeline is not None:
                        self._note(self._pipeline(node.pipeline))
                    outer, self._scope = self._scope, _Scope(None, [{}])
                    self._statements(node.body)
                    self._scope = outer

    def _arm(self, arm: Arm, keyword: str) -> None:
        dot = self._scope.dot
        if arm.condition is not None:
            result = self._pipeline(arm.condition, "if" if keyword == "if" else "with")
            self._note(result, tested=True)
            if result.path is not None and keyword == "range":
                result = replace(result, path=(*result.path, EACH))
            # Of `range $key, $value`, the last is the value. Later arms know the variables as well.
            for variable in arm.condition.variables:
                is_value = variable is arm.condition.variables[-1]
                given = result if is_value else replace(result, path=None)
                self._set(variable.name, given, assigns=arm.condition.assigns)
            dot = dot if keyword == "if" else result.path
        with self._opened():
            self._scope.dot = dot
            self._statements(arm.body)

    @contextmanager
    def _opened(self) -> Iterator[None]:
        outer = self._scope
        self._scope = _Scope(outer.dot, [*outer.variables, {}])
        yield
        self._scope = outer

    def _set(self, name: str, result: _Result, *, assigns: bool) -> None:
        variables = self._declaring(name) if assigns else self._scope.variables[-1]
        before = variables.get(name) if assigns else None
        if before is not None and before != result.path:
            # Two values under one name: both count as read.
            self._note(replace(result, path=before))
            self._note(result)
            result = replace(result, path=None)
        variables[name] = result.path

    def _declaring(self, name: str) -> dict[str, Names | None]:
        """The variables of the innermost statement that declares one of this name."""
        known = (variables for variables in reversed(self._scope.variables) if name in variables)
        return next(known, self._scope.variables[-1])

    def _note(self, result: _Result, *, tested: bool = False) -> None:
        if result.path is not None and result.path[:1] != (_IN_SUBCHARTS,):
            self.reads.append(Read(result.path, result.start, tested))

    def _pipeline(self, pipeline: Pipeline, condition: str = "") -> _Result:
        """The result of a pipeline. Its other reads are recorded.

        Args:
            condition: "if" for the condition of an `if`, "with" for that of a `with` or `range`; otherwise empty.
        """
        piped: list[_Result] = []
        for command in pipeline.commands:
            piped = [self._command(command, piped, condition)]
        return piped[0]

    def _command(self, command: Command, piped: list[_Result], condition: str) -> _Result:
        first, *rest = command.operands
        if isinstance(first, Function):
            inner = condition if first.name in _TESTS | _PASSING else ""
            results = [self._operand(operand, inner) for operand in rest]
            return self._called(first.name, command.start, [*results, *piped], condition)
        result = self._operand(first, condition)
        if not rest and not piped:
            return result
        for argument in (result, *(self._operand(operand) for operand in rest), *piped):
            self._note(argument)  # of a method
        return _Result(None, command.start)

    def _called(self, function: str, start: int, arguments: list[_Result], condition: str) -> _Result:
        if function in _PASSING and arguments:
            # `default .Values.a ""` is the value as well, as the last one is a text.
            *others, passed = sorted(arguments, key=lambda argument: argument.path is not None)
            for argument in others:
                # The dot of a `with` or `range` may be this value.
                self._note(argument, tested=condition == "if")
            return passed
        if function in _KEYED and len(arguments) > 1:
            found = self._looked_up(function, start, arguments)
            if function != "hasKey":
                return found
            arguments = [found]
        for argument in arguments:
            tested = bool(condition) and function in _TESTS
            self._note(argument, tested=tested)
            if tested and condition == "with" and function in _CHOOSING:
                self._note(argument)  # the dot may be this value
        return _Result(None, start)

    def _looked_up(self, function: str, start: int, arguments: list[_Result]) -> _Result:
        """The result of a function that looks up keys in a map."""
        # dig has a default before the map.
        holder, keys, others = (
            (arguments[-1], arguments[:-2], arguments[-2:-1])
            if function == "dig"
            else (arguments[0], arguments[1:], [])
        )
        for argument in (*keys, *others):
            self._note(argument)
        path = None if holder.path is None else (*holder.path, *(key.key for key in keys))
        return _Result(path, start)

    def _operand(self, operand: Operand, condition: str = "") -> _Result:
        start = operand.start
        match operand:
            case Dot():
                return _Result(self._scope.dot, start)
            case Field(names=names):
                return _Result(_below(self._scope.dot, names), start)
            case Variable(name=name, names=names):
                return _Result(_below(self._declaring(name).get(name), names), start)
            case Parentheses(pipeline=pipeline):
                return replace(self._pipeline(pipeline, condition), start=start)
            case Chain(operand=inner, names=names):
                return _Result(_below(self._operand(inner, condition).path, names), start)
            case String(value=value):
                return _Result(None, start, value)
        return _Result(None, start)


def _below(path: Names | None, names: tuple[str, ...]) -> Names | None:
    """The path of fields. Everything before `.Values` is the root: `$.Values.a` and `.context.Values.a` are equal.

    The values of a subchart are below its name: `.Subcharts.web.Values.port` has the path web.port.
    """
    for before, name in pairwise(("", *names)):
        if name == _VALUES:
            # The path is .Subcharts, web, Subcharts, api …
            path = path[1::2] if path and path[0] == _IN_SUBCHARTS else ()
        elif before == _VALUES and name in _METHODS:
            return path
        elif path is not None:
            path = (*path, name)
        elif name == _SUBCHARTS:
            path = (_IN_SUBCHARTS,)
    return path
