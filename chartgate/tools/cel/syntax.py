"""The parsed form of an expression, as the library serializes it (cel.expr.ParsedExpr).

Source: cel/expr/syntax.proto of google/cel-spec. Only the fields that the gate uses are declared; Protobuf keeps the
others unchanged.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as Packed

Node = Any
"""A message of the type Expr."""

_FILE = "chartgate_cel"
_SCALARS = {"int64": 3, "bool": 8, "string": 9}
"""The numbers of the types in FieldDescriptorProto.Type."""
_MESSAGE = 11
_FIELDS: dict[str, list[tuple[str, int, str]]] = {
    "ParsedExpr": [("expr", 2, "Expr")],
    "Expr": [
        ("id", 2, "int64"),
        ("const_expr", 3, "Constant"),
        ("ident_expr", 4, "Ident"),
        ("select_expr", 5, "Select"),
        ("call_expr", 6, "Call"),
        ("list_expr", 7, "CreateList"),
        ("struct_expr", 8, "CreateStruct"),
        ("comprehension_expr", 9, "Comprehension"),
    ],
    "Constant": [],
    "Ident": [("name", 1, "string")],
    "Select": [("operand", 1, "Expr"), ("field", 2, "string"), ("test_only", 3, "bool")],
    "Call": [("target", 1, "Expr"), ("function", 2, "string"), ("args", 3, "*Expr")],
    "CreateList": [("elements", 1, "*Expr")],
    "CreateStruct": [("message_name", 1, "string"), ("entries", 2, "*Entry")],
    "Entry": [
        ("id", 1, "int64"),
        ("field_key", 2, "string"),
        ("map_key", 3, "Expr"),
        ("value", 4, "Expr"),
        ("optional_entry", 5, "bool"),
    ],
    "Comprehension": [
        ("iter_var", 1, "string"),
        ("iter_range", 2, "Expr"),
        ("accu_var", 3, "string"),
        ("accu_init", 4, "Expr"),
        ("loop_condition", 5, "Expr"),
        ("loop_step", 6, "Expr"),
        ("result", 7, "Expr"),
        ("iter_var2", 8, "string"),
    ],
}


def _messages() -> dict[str, Callable[..., Any]]:
    file = descriptor_pb2.FileDescriptorProto(name=_FILE, package=_FILE, syntax="proto3")
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            label, kind = (3, kind[1:]) if kind.startswith("*") else (1, kind)
            made = message.field.add(name=field, number=number, label=label, type=_SCALARS.get(kind, _MESSAGE))
            if kind not in _SCALARS:
                made.type_name = f".{_FILE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_FILE}.{name}")) for name in _FIELDS}


_MESSAGES = _messages()


def rewritten(serialized: bytes, change: Callable[[Node], None]) -> bytes:
    """Change a serialized expression.

    Args:
        change: changes the root node in place.
    """
    packed = Packed()
    packed.ParseFromString(serialized)
    parsed = _MESSAGES["ParsedExpr"]()
    parsed.ParseFromString(packed.value)
    change(parsed.expr)
    packed.value = parsed.SerializeToString()
    return bytes(packed.SerializeToString())


class Maker:
    """Makes new nodes, each with an ID of its own."""

    def __init__(self) -> None:
        self._last = 1_000_000

    def node(self) -> Node:
        self._last += 1
        return _MESSAGES["Expr"](id=self._last)

    def constant(self, value: bool | int) -> Node:
        """A node for true, false or a number below 128."""
        made = self.node()
        # bool_value and int64_value, which have to be present even if they are zero.
        made.const_expr.MergeFromString(bytes([0x10 if isinstance(value, bool) else 0x18, int(value)]))
        return made

    def name(self, name: str) -> Node:
        made = self.node()
        made.ident_expr.name = name
        return made

    def call(self, function: str, *arguments: Node) -> Node:
        made = self.node()
        made.call_expr.function = function
        made.call_expr.args.extend(arguments)
        return made

    def list(self, *elements: Node) -> Node:
        made = self.node()
        made.list_expr.SetInParent()
        made.list_expr.elements.extend(elements)
        return made

    def loop(self, over: Node, names: tuple[str, ...], start: Node, going: Node, step: Node, result: Node) -> Node:
        """A node for a loop, in CEL a comprehension. Its variable `@result` begins with `start`, and becomes `step`
        for each item.

        Args:
            over: the list or map.
            names: the variables for the items.
            going: the loop ends where this is false.
            result: the value of the node after the loop.
        """
        made = self.node()
        loop = made.comprehension_expr
        loop.iter_var, loop.accu_var = names[0], RESULT
        if len(names) > 1:
            loop.iter_var2 = names[1]
        for field, part in (
            ("iter_range", over),
            ("accu_init", start),
            ("loop_condition", going),
            ("loop_step", step),
            ("result", result),
        ):
            getattr(loop, field).CopyFrom(part)
        return made


RESULT = "@result"
