"""YAML read the way Kubernetes and Helm read it (sigs.k8s.io/yaml), so that the gate sees the types the cluster sees.

PyYAML's own rules differ: they know dates and base-60 numbers, and they read `1e3` and a bare `y` as text. A key that
stands twice in a mapping is an error here, since the readers disagree on which one counts.
"""

import json
import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from math import inf
from typing import Any, ClassVar

import yaml
from yaml._yaml import CParser
from yaml.constructor import ConstructorError
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode

from chartgate.tools.frozen import FrozenDict, FrozenList, freeze, shared


class KubernetesLoader(yaml.CSafeLoader):
    """A safe loader with Kubernetes' reading of plain scalars."""

    # A table of its own: the one in PyYAML belongs to every loader.
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]  # PyYAML's stubs make it an instance's

    def construct_document(self, node: Node) -> Any:
        """What a document holds. An anchor whose value contains itself is an error, as it is for Helm.

        Otherwise PyYAML makes a list or a map that contains itself, and whoever goes through it never ends.
        """
        self.deep_construct = True
        try:
            return super().construct_document(node)
        except RecursionError:
            raise ConstructorError(None, None, "is nested too deep", node.start_mark) from None

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self._key(key_node)
            if key in seen:
                raise ConstructorError(None, None, f'the key "{key}" appears twice', key_node.start_mark)
            seen.add(key)
        self.flatten_mapping(node)
        return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

    def _key(self, node: Node) -> str:
        """A key as JSON has it: Kubernetes reads `on: 1` as "true": 1, and so does Helm."""
        key = self.construct_object(node, deep=True)
        # Null among others: sigs.k8s.io/yaml makes JSON of these types of keys only.
        if not isinstance(key, str | bool | int | float):
            raise ConstructorError(None, None, "a key is no text", node.start_mark)
        return _in_json(key)

    def construct_number(self, node: ScalarNode) -> float | int | str:
        return _number(str(node.value))

    def construct_truth(self, node: ScalarNode) -> bool:
        return _truth(str(node.value))

    def refuse_number(self, node: ScalarNode) -> None:
        raise ConstructorError(None, None, f"{node.value} is a number that JSON does not have", node.start_mark)


def _in_json(key: str | bool | int | float) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _number(text: str) -> float | int | str:
    plain = text.replace("_", "")
    try:
        return int(plain, 0)
    except ValueError:
        # Go reads a leading zero as octal, as YAML 1.1 does.
        number = int(plain, 8) if re.fullmatch(r"[-+]?0[0-7]+", plain) else float(plain)
    # What is too large for a number is a text to Go.
    return text if number in {inf, -inf} else number


def _truth(text: str) -> bool:
    return text.lower() in _TRUE


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON, and a text in YAML")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key appears twice")
    return found


_BOOL = re.compile(r"y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE")
_NUMBER = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
)
_TRUE = frozenset({"y", "yes", "on", "true"})

for _tag, _pattern, _first in (
    ("bool", _BOOL, "yYnNtTfFoO"),
    ("number", _NUMBER, "-+0123456789."),
    ("endless", re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "-+."),
    ("null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    ("merge", re.compile("<<"), "<"),
):
    # PyYAML matches from the start only; Kubernetes looks at the whole scalar.
    KubernetesLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern.pattern})$"), list(_first)
    )
KubernetesLoader.add_constructor("tag:yaml.org,2002:number", KubernetesLoader.construct_number)
KubernetesLoader.add_constructor("tag:yaml.org,2002:bool", KubernetesLoader.construct_truth)
KubernetesLoader.add_constructor("tag:yaml.org,2002:endless", KubernetesLoader.refuse_number)


class ValuesLoader(KubernetesLoader):
    """The same for values files, of which Helm takes the last of two equal keys; `repeated` lists the earlier ones."""

    def __init__(self, stream: str | bytes) -> None:
        super().__init__(stream)
        self.repeated: list[tuple[str, int]] = []

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[Hashable, int] = {}
        last: dict[Hashable, tuple[Node, Node]] = {}
        for key_node, value in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                last[id(key_node)] = (key_node, value)
                continue
            key = self._key(key_node)
            if key in lines:
                self.repeated.append((str(key), lines[key]))
            lines[key] = key_node.start_mark.line + 1
            last[key] = (key_node, value)
        node.value = list(last.values())
        return super().construct_mapping(node, deep=deep)


def read_values(text: str | bytes) -> tuple[Any, list[tuple[str, int]]]:
    """The only document of a values file, and each key that appears again later, with its line (from 1).

    Raises:
        yaml.YAMLError: not YAML, or more than one document.
    """
    loader = ValuesLoader(text)
    try:
        return loader.get_single_data(), loader.repeated
    finally:
        loader.dispose()


def first_document(text: str) -> str:
    """The text of the first document in `text`; `text` itself where there is no other with content.

    Raises:
        yaml.YAMLError: not YAML.
    """
    starts = [
        event.start_mark.index
        for event in yaml.parse(text, yaml.CSafeLoader)
        if isinstance(event, DocumentStartEvent) and event.start_mark
    ]
    return text[: starts[1]] if len(starts) > 1 else text


def read_all(text: str | bytes) -> list[Any]:
    """Every document in `text`, empty ones left out; what they hold cannot be changed.

    Raises:
        yaml.YAMLError: not YAML, or a key stands twice.
    """
    try:
        documents = _read_plain(text)
    except (_NotPlainError, yaml.YAMLError):
        documents = freeze(list(yaml.load_all(text, KubernetesLoader)))
    return [document for document in documents if document is not None]


def read_one(text: str | bytes) -> Any:
    """The only document in `text`; None when it is empty.

    Raises:
        yaml.YAMLError: not YAML, more than one document, or a key stands twice.
    """
    try:
        # What a program writes is JSON, which is YAML, and read as such a hundred times as fast.
        return json.loads(text, object_pairs_hook=_distinct, parse_float=_number, parse_constant=_refuse_constant)
    except ValueError:
        pass
    return yaml.load(text, KubernetesLoader)  # noqa: S506 (a CSafeLoader)


_LARGE = 2**14
"""Characters of a text whose parts are kept once: that of a definition, which hundreds of cases print alike."""


class _NotPlainError(Exception):
    """The text has something that only the loader knows."""


def _read_plain(text: str | bytes) -> list[Any]:
    """What `read_all` reads, three times as fast, of what Helm prints nearly always.

    Raises:
        _NotPlainError: it has a tag, an anchor, an alias or a merge key, or a key that stands twice.
        yaml.YAMLError: it is not YAML.
    """
    next_event = CParser(text).get_event
    documents = []
    while (kind := type(event := next_event())) is not StreamEndEvent:
        if kind not in {StreamStartEvent, DocumentStartEvent, DocumentEndEvent}:
            documents.append(_value(event, next_event))
    return [shared(document) for document in documents] if len(text) > _LARGE else documents


def _value(event: Any, next_event: Callable[[], Event | None]) -> Any:
    kind = type(event)
    if kind not in {ScalarEvent, MappingStartEvent, SequenceStartEvent} or event.anchor or event.tag:
        raise _NotPlainError
    if kind is ScalarEvent:
        return _scalar(event.value) if event.implicit[0] else event.value
    if kind is SequenceStartEvent:
        items = []
        while type(event := next_event()) is not SequenceEndEvent:
            items.append(_value(event, next_event))
        return FrozenList(items)
    mapping: dict[Any, Any] = {}
    while type(event := next_event()) is not MappingEndEvent:
        key = _value(event, next_event)
        if isinstance(key, dict | list | None) or key == "<<" or (key := _in_json(key)) in mapping:
            raise _NotPlainError
        mapping[key] = _value(next_event(), next_event)
    return FrozenDict(mapping)


@lru_cache(maxsize=16384)
def _scalar(text: str) -> Any:
    for tag, pattern in KubernetesLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return _READERS[tag.rpartition(":")[2]](text)
    return text


def _leave_to_the_loader(_: str) -> Any:
    raise _NotPlainError


_READERS: dict[str, Callable[[str], Any]] = {
    "endless": _leave_to_the_loader,
    "bool": _truth,
    "number": _number,
    "null": lambda _: None,
    "merge": str,
}
