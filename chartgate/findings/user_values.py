"""What the values of a case contain word for word: the user asked for it, so the chart is not at fault.

Rules about how well a chart is made (labels, images, open ports) leave such parts alone; rules about what Kubernetes
accepts do not.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import yaml

from chartgate.releases.identity import full_kind
from chartgate.releases.objects import Container, KubeObject
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.walk import walk
from chartgate.values.assignments import assigned
from chartgate.values.case import MADE, Case, Origin

_NAMES_AN_OBJECT = re.compile(
    r"^existing|^name$|pullsecrets$|^(secret|configmap|claim|serviceaccount)s?$|(secret|configmap|claim|serviceaccount)name$",
    re.IGNORECASE,
)
SOUNDS_SECRET = re.compile(
    r"pass(wd|word|phrase)?|secret|token|key|credential|auth|private|cert|cookie|header|stringdata", re.IGNORECASE
)
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_RELEASE_NAME = re.compile(r"\{\{-? *\$?\.Release\.Name *-?\}\}")


class UserValues:
    """The parts of some values: every mapping, list and text in them.

    Args:
        texts: values files.
        sets: Helm's --set arguments, flag and value in turn.
        origin: where the case comes from.
        release: the name of the release, which stands in the values where a template of them asks for it.
    """

    def __init__(
        self, texts: tuple[str, ...], sets: tuple[str, ...] = (), origin: Origin = "ci", release: str = "release"
    ) -> None:
        self.made = origin in MADE
        """Whether a program made the values, and no person."""
        self.generated = origin == "schema"
        """Whether a program made them of the chart's schema."""
        self.text = "\n".join((*texts, *sets))
        of_sets = [node for _, node in walk(assigned(sets))] if sets else []
        self._written = [*_nodes_of(texts), *of_sets]
        self._nodes = self._written
        if any(map(_RELEASE_NAME.search, texts)):
            self._nodes = [*_nodes_of(_RELEASE_NAME.sub(release, text) for text in texts), *of_sets]

    def holds(self, part: Any) -> bool:
        """Whether the values hold this mapping, list or text as it is."""
        return part in self._parts.get(_outline(part), ())

    def has_container(self, container: Container) -> bool:
        """Whether the values hold a container of this name and image."""
        return (container.name, str(container.manifest.get("image"))) in self._containers

    def makes(self, obj: KubeObject) -> bool:
        """Whether the values hold an object of this kind and name; a template in its name stands for any text."""
        return any(kind == obj.kind and re.fullmatch(name, obj.name) for kind, name in self._objects)

    def sets(self, key: str, part: Any) -> bool:
        """Whether the values set a key of this name, at any depth, to exactly this."""
        return part in self._settings.get(key, ())

    def drops(self, key: str) -> bool:
        """Whether the values empty a key of this name or switch it off, at any depth."""
        return any(
            not part or (isinstance(part, Mapping) and part.get("enabled") is False)
            for part in self._settings.get(key, ())
        )

    def leaves_out(self, key: str) -> bool:
        """Whether the values empty a part of this name, or switch it off, at any depth.

        A plain false does not count, other than in `drops`: for many a field it is what one ought to say.
        """
        return any(
            part is None or part in ({}, [], "") or (isinstance(part, Mapping) and part.get("enabled") is False)
            for part in self._settings.get(key, ())
        )

    @cached_property
    def named_objects(self) -> frozenset[str]:
        """Names that the values give to objects which somebody else makes.

        These are the texts under keys such as `existingSecret`, `secretName`, `claimName` or `name`: whoever
        writes such a value says that the object is there.
        """
        return frozenset(text for key, text in self.texts if _NAMES_AN_OBJECT.search(key))

    @cached_property
    def texts(self) -> frozenset[tuple[str, str]]:
        """Every text or number with the key it stands under."""
        return frozenset(
            (str(key), str(value))
            for node in self._mappings
            for key, child in node.items()
            for value in (child if isinstance(child, list) else [child])
            if isinstance(value, str | int | float)
        )

    @cached_property
    def open_texts(self) -> str:
        """The texts under keys that do not sound secret, such as those of a user name or a host."""
        return "\0".join(text for key, text in self.texts if not SOUNDS_SECRET.search(key))

    @cached_property
    def _parts(self) -> Mapping[Hashable, list[Any]]:
        """The parts by their outlines, so that few have to be compared with another."""
        found: defaultdict[Hashable, list[Any]] = defaultdict(list)
        for node in self._nodes:
            found[_outline(node)].append(node)
        return found

    @cached_property
    def _mappings(self) -> list[Mapping[str, Any]]:
        return [node for node in self._nodes if isinstance(node, dict)]

    @cached_property
    def _settings(self) -> Mapping[str, list[Any]]:
        """What each key stands before, at any depth."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for node in self._mappings:
            for key, part in node.items():
                found[key].append(part)
        return found

    @cached_property
    def _containers(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (str(node["name"]), str(node["image"])) for node in self._mappings if "name" in node and "image" in node
        )

    @cached_property
    def _objects(self) -> frozenset[tuple[str, str]]:
        texts = [
            _read(_TEMPLATE.sub("TEMPLATE", node))
            for node in self._written
            if isinstance(node, str) and "kind:" in node
        ]
        written = [node for node in (*self._written, *texts) if isinstance(node, Mapping)]
        return frozenset(
            (
                full_kind(str(node.get("apiVersion", "")), str(node["kind"])),
                _pattern(str(node["metadata"].get("name", ""))),
            )
            for node in written
            if "kind" in node and isinstance(node.get("metadata"), Mapping)
        )


def made_as_it_is(value: object) -> Callable[[UserValues], bool]:
    """Whether the values of a case are generated from the schema and contain this value; no values contain None.

    What an object has word for word of a value that the gate made itself is not the chart's fault.
    """
    return lambda values: value is not None and values.generated and values.holds(value)


def user_values(case: Case) -> UserValues:
    """What the case's own values hold."""
    return _user_values(case.values, case.sets, case.origin, case.release)


@lru_cache(maxsize=4096)
def _user_values(texts: tuple[str, ...], sets: tuple[str, ...], origin: Origin, release: str) -> UserValues:
    return UserValues(texts, sets, origin, release)


def _nodes_of(texts: Iterable[str]) -> list[Any]:
    return [node for text in texts for _, node in walk(_read(text))]


def _outline(part: Any) -> Hashable:
    """What equal parts have in common, and is told without a look into them: the keys, the length, the text."""
    if isinstance(part, dict):
        return frozenset(part)
    return len(part) if isinstance(part, list) else str(part)


def _pattern(name: str) -> str:
    return ".*".join(map(re.escape, re.split(r"TEMPLATE", _TEMPLATE.sub("TEMPLATE", name))))


def _read(text: str) -> Any:
    try:
        return read_one(text)
    except yaml.YAMLError:
        return None
