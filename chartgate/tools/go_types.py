"""The types of a Go package as data: structs with their JSON fields, and string types with their constants.

A small reader for the files types.go of the module k8s.io/api, which keep to gofmt's form; it is no Go parser.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_IMPORT = re.compile(r'^\t(?:(\w+) )?"([^"]+)"$', re.MULTILINE)
_TYPE = re.compile(r"^type (\w+) (?:= )?(\S+)(?: \{)?$")
_CONSTANT = re.compile(r'^(?:const |\t)\w+\s+(?:(\w+)\s+= "([^"]*)"|= (\w+)\("([^"]*)"\))')
_FIELD = re.compile(r'^\t(?:(\w+)\s+)?([\w.*\[\]]+)\s+`[^`]*json:"([^",]*)(,inline)?')
_PART_OF_TYPE = re.compile(r"^(?:\*|\[\]|map\[\w+\])+")


@dataclass
class GoType:
    """A type.

    Args:
        base: "struct", or the type that it is another name of, such as "string".
        markers: the lines of its comment that begin with a plus, without it.
        fields: of a struct, the type of each JSON field, without pointers, lists and maps; embedded structs under "".
        wrapped: the fields whose type is a pointer, a list or a map.
        constants: of a string type, the values of its constants in order.
    """

    base: str
    markers: tuple[str, ...] = ()
    fields: list[tuple[str, str]] = field(default_factory=list)
    wrapped: set[str] = field(default_factory=set)
    constants: list[str] = field(default_factory=list)


def read_types(source: str, package: str) -> dict[str, GoType]:
    """The types of a file, by names such as "k8s.io/api/core/v1.PodSpec".

    Args:
        source: the text of the file.
        package: its import path.
    """
    imports = {(name or path.rpartition("/")[2]): path for name, path in _IMPORT.findall(source)}
    types: dict[str, GoType] = {}
    current: GoType | None = None
    markers: list[str] = []
    for line in source.splitlines():
        if line.startswith("// "):
            markers += [line[3:].strip().removeprefix("+")] if line.startswith("// +") else []
            continue
        if found := _TYPE.match(line):
            current = GoType(_qualified(found[2], package, imports), tuple(markers))
            types[f"{package}.{found[1]}"] = current
        elif current is not None and current.base == "struct" and (found := _FIELD.match(line)):
            current.fields.append((found[3], _qualified(found[2], package, imports)))
            if _PART_OF_TYPE.match(found[2]):
                current.wrapped.add(found[3])
        elif line.startswith("}"):
            current = None
        markers = []
    for name, value in _constants(source):
        constant_of = types.get(f"{package}.{name}")
        if constant_of is not None:
            constant_of.constants.append(value)
    return types


def _constants(source: str) -> Iterator[tuple[str, str]]:
    for found in filter(None, map(_CONSTANT.match, source.splitlines())):
        yield found[1] or found[3], found[2] or found[4] or ""


def _qualified(name: str, package: str, imports: Mapping[str, str]) -> str:
    """The name of a type with its package; one that Go itself has, such as string, stays as it is."""
    name = _PART_OF_TYPE.sub("", name)
    if "." in name:
        alias, _, rest = name.partition(".")
        return f"{imports.get(alias, alias)}.{rest}"
    return f"{package}.{name}" if name[:1].isupper() else name
