"""Adds what Kubernetes has and the library lacks to the parsed form of an expression: macros, and `string(value)`.

Source: cel-go, ext/comprehensions.go (two variables) and ext/lists.go (sortBy).
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from chartgate.tools.cel.declarations import ANY, LIST, MAP, STRING, Functions
from chartgate.tools.cel.kubernetes import text_of
from chartgate.tools.cel.lists import plain
from chartgate.tools.cel.syntax import RESULT, Maker, Node

_PAIRS, _MERGE, _SORTED, _TEXT = "kubernetes.map", "kubernetes.merge", "kubernetes.sorted", "kubernetes.string"
_TYPES = frozenset({"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"})
_STANDARD = frozenset(
    {
        *("size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bytes", "bool"),
        *("dyn", "type", "timestamp", "duration", "value", "hasValue", "or", "orValue", "optional.of", "optional.none"),
        *("optional.ofNonZeroValue", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getHours"),
        *("getDayOfYear", "getMinutes", "getSeconds", "getMilliseconds"),
    }
)


def add_helpers(functions: Functions) -> None:
    """Declare the functions that expanded macros call."""
    add = functions.add
    add(_PAIRS, MAP, LIST, run=lambda pairs: dict(plain(pairs)), member=False)
    add(_MERGE, MAP, LIST, run=_merged, member=False)
    add(
        _SORTED,
        LIST,
        LIST,
        run=lambda pairs: [one for _, one in sorted(plain(pairs), key=lambda pair: pair[0])],
        member=False,
    )
    add(_TEXT, STRING, ANY, run=text_of, member=False)


def _merged(maps: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for one in plain(maps):
        if found.keys() & one.keys():
            raise ValueError(f"insert failed: key {next(iter(found.keys() & one.keys()))} already exists")
        found.update(one)
    return found


class Expander:
    """Replaces the macros in an expression by loops.

    Args:
        functions: the names of the declared functions.
    """

    def __init__(self, functions: Collection[str]) -> None:
        self._functions = _STANDARD | set(functions)
        self._make = Maker()
        self.expanded = False
        """Whether an expression had a macro, or a call of `string`."""

    def expand(self, node: Node, names: frozenset[str]) -> None:
        """Expand the macros in a node and beneath it, in place.

        Args:
            names: the names of the variables that are known there.

        Raises:
            LookupError: the expression uses another name.
        """
        if node.HasField("ident_expr") and node.ident_expr.name not in names | _TYPES:
            raise LookupError(f"undeclared reference to '{node.ident_expr.name}'")
        if node.HasField("select_expr"):
            self.expand(node.select_expr.operand, names)
        if node.HasField("list_expr"):
            self._all(node.list_expr.elements, names)
        if node.HasField("struct_expr"):
            for entry in node.struct_expr.entries:
                self._all([*([entry.map_key] if entry.HasField("map_key") else []), entry.value], names)
        if node.HasField("comprehension_expr"):
            self._loop(node.comprehension_expr, names)
        if node.HasField("call_expr"):
            self._call(node, names)

    def _all(self, nodes: Sequence[Node], names: frozenset[str]) -> None:
        for node in nodes:
            self.expand(node, names)

    def _loop(self, loop: Node, names: frozenset[str]) -> None:
        self._all([loop.iter_range, loop.accu_init], names)
        inner = names | {loop.accu_var}
        self._all([loop.loop_condition, loop.loop_step], inner | {loop.iter_var, loop.iter_var2})
        self.expand(loop.result, inner)

    def _call(self, node: Node, names: frozenset[str]) -> None:
        call = node.call_expr
        target = call.target
        if call.HasField("target") and target.HasField("ident_expr") and target.ident_expr.name not in names:
            call.function = f"{target.ident_expr.name}.{call.function}"
            call.ClearField("target")
        made = self._macro(call) if call.HasField("target") else None
        if made is not None:
            node.CopyFrom(made)
            self.expanded = True
            self.expand(node, names)
            return
        if call.function == "string":
            call.function = _TEXT
            self.expanded = True
        is_operator = not re.fullmatch(r"[a-zA-Z][\w.]*", call.function)
        if not is_operator and call.function not in self._functions:
            raise LookupError(f"undeclared reference to '{call.function}'")
        self._all([*([target] if call.HasField("target") else []), *call.args], names)

    def _macro(self, call: Node) -> Node | None:
        """The loop for a call of a macro; None for any other call."""
        make = self._make
        arguments = [*call.args]
        variables = [one.ident_expr.name for one in arguments[:2] if one.HasField("ident_expr")]
        result, going = make.name(RESULT), make.constant(value=True)
        if call.function == "sortBy" and len(arguments) == 2 and variables:
            step = self._gathered(make.list(arguments[1], make.name(variables[0])))
            return make.loop(call.target, (variables[0],), make.list(), going, step, make.call(_SORTED, result))
        if len(variables) < 2 or len(arguments) not in {3, 4}:
            return None
        names, over, wanted = (variables[0], variables[1]), call.target, arguments[-1]
        condition = arguments[2] if len(arguments) == 4 else None
        match call.function:
            case "all":
                going = make.call("@not_strictly_false", result)
                step = make.call("_&&_", result, wanted)
                return make.loop(over, names, make.constant(value=True), going, step, result)
            case "exists":
                going = make.call("@not_strictly_false", make.call("!_", result))
                step = make.call("_||_", result, wanted)
                return make.loop(over, names, make.constant(value=False), going, step, result)
            case "existsOne" | "exists_one":
                more = make.call("_+_", result, make.constant(1))
                step = make.call("_?_:_", wanted, more, result)
                return make.loop(
                    over, names, make.constant(0), going, step, make.call("_==_", result, make.constant(1))
                )
            case "transformList":
                return make.loop(over, names, make.list(), going, self._gathered(wanted, condition), result)
            case "transformMap":
                step = self._gathered(make.list(make.name(names[0]), wanted), condition)
                return make.loop(over, names, make.list(), going, step, make.call(_PAIRS, result))
            case "transformMapEntry":
                step = self._gathered(wanted, condition)
                return make.loop(over, names, make.list(), going, step, make.call(_MERGE, result))
        return None

    def _gathered(self, item: Node, condition: Node | None = None) -> Node:
        """An expression that adds an item to the result of a loop; with a condition, only if that is true."""
        make = self._make
        more = make.call("_+_", make.name(RESULT), make.list(item))
        return more if condition is None else make.call("_?_:_", condition, more, make.name(RESULT))
