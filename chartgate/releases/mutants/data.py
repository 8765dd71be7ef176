"""Mutants of values.yaml and values.schema.json."""

from collections.abc import Iterator
from dataclasses import replace

import yaml

from chartgate.releases.mutants import mutant as kinds
from chartgate.releases.mutants.lines import other_scalar
from chartgate.releases.mutants.mutant import Mutant, Source

_STRING, _NUMBERS, _BOOL = "tag:yaml.org,2002:str", ("tag:yaml.org,2002:int",), "tag:yaml.org,2002:bool"
_LOWER, _UPPER = frozenset({"minimum", "minLength", "minItems"}), frozenset({"maximum", "maxLength", "maxItems"})
ANY_TYPE = '["string", "number", "boolean", "object", "array", "null"]'


def of_defaults(source: Source) -> Iterator[Mutant]:
    """The mutants of values.yaml: another boolean, the next number, a text with another end; empty texts stay."""
    for path, node in _scalars(_composed(source), (), set()):
        text = _written(source, node)
        if (node.tag == _BOOL and text in {"true", "false"}) or (node.tag in _NUMBERS and text.isdecimal()):
            yield _replaced(source, kinds.DEFAULT, node, other_scalar(text), path)
        elif node.tag == _STRING and node.value and node.style is None:
            yield _replaced(source, kinds.DEFAULT, node, f"{text}-x", path)


def of_schema(source: Source) -> Iterator[Mutant]:
    """The mutants of values.schema.json, each of which accepts more than the schema."""
    root = _composed(source)
    if isinstance(root, yaml.MappingNode):
        yield from _of_schema(source, root, ())


def _of_schema(source: Source, schema: yaml.MappingNode, path: tuple[str, ...]) -> Iterator[Mutant]:
    for key, value in _entries(schema):
        if isinstance(value, yaml.MappingNode):
            if key in {"properties", "patternProperties", "$defs", "definitions"}:
                for name, one in _entries(value):
                    if isinstance(one, yaml.MappingNode):
                        yield from _of_schema(source, one, (*path, name) if key == "properties" else path)
            else:
                yield from _of_schema(source, value, path)
        elif isinstance(value, yaml.SequenceNode):
            if key == "required" and value.value:
                yield _replaced(source, kinds.BOUND, value, "[]", path)
            for one in value.value:
                if isinstance(one, yaml.MappingNode):
                    yield from _of_schema(source, one, path)
        elif isinstance(value, yaml.ScalarNode):
            yield from _of_bound(source, key, value, path)


def _of_bound(source: Source, key: str, value: yaml.ScalarNode, path: tuple[str, ...]) -> Iterator[Mutant]:
    text = _written(source, value)
    if key in _LOWER | _UPPER and text.removeprefix("-").isdecimal():
        number = int(text) + (1 if key in _UPPER else -1)
        if number >= 0 or key == "minimum":
            yield _replaced(source, kinds.BOUND, value, str(number), path, key)
    elif key == "pattern" and value.tag == _STRING:
        yield _replaced(source, kinds.BOUND, value, '""', path, key)
    elif key == "additionalProperties" and text == "false":
        yield _replaced(source, kinds.BOUND, value, "true", path, key)
    elif key == "type" and value.tag == _STRING and path:
        yield _replaced(source, kinds.BOUND, value, ANY_TYPE, path, key)


def _composed(source: Source) -> yaml.Node | None:
    """The tree of a file in YAML, of which JSON is a part; None where it is none."""
    try:
        text = source.content.decode("utf-8")
        if source.file.endswith(".json"):
            # JSON may be indented with tabs, and has none in strings.
            text = text.replace("\t", " ")
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    return root


def _entries(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    return ((str(key.value), value) for key, value in node.value)


def _scalars(
    node: yaml.Node | None, path: tuple[str, ...], seen: set[int]
) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """The scalars of a tree with their paths. What an alias repeats is there once, under the path of its anchor.

    Args:
        seen: the IDs of the nodes that are known already.
    """
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in _entries(node):
            yield from _scalars(value, path if key == "<<" else (*path, key), seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, one in enumerate(node.value):
            yield from _scalars(one, (*path, str(number)), seen)
    elif isinstance(node, yaml.ScalarNode):
        yield path, node


def _written(source: Source, node: yaml.Node) -> str:
    start, end = _span(source, node)
    return source.content[start:end].decode("utf-8", "replace")


def _span(source: Source, node: yaml.Node) -> tuple[int, int]:
    """Where a node stands, in bytes: PyYAML counts characters."""
    if source.content.isascii():
        return node.start_mark.index, node.end_mark.index
    text = source.content.decode("utf-8")
    return len(text[: node.start_mark.index].encode()), len(text[: node.end_mark.index].encode())


def _replaced(source: Source, kind: str, node: yaml.Node, new: str, path: tuple[str, ...], key: str = "") -> Mutant:
    start, end = _span(source, node)
    one = source.mutant(kind, start, end, new, path=path)
    where = ".".join((*path, key) if key else path)
    return replace(one, old=f"{where}: {one.old}") if where else one
