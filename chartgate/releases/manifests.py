"""Helm's printed manifests become objects."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import yaml

from chartgate.releases.identity import is_own_kind
from chartgate.releases.objects import KubeObject, kube_object
from chartgate.tools.definitions import kind_without_namespace, kinds_without_namespace
from chartgate.tools.kubernetes_yaml import read_all

# Helm opens each manifest with these two lines; inside a block scalar they would be indented.
_OPENING = re.compile(r"^---\n# Source: (.+)\n", re.MULTILINE)

NO_YAML = "prints text that is not YAML"
BROKEN_YAML = (NO_YAML, "YAML parse error", "error converting YAML to JSON")
"""Parts of the messages that say that the output of a template is not YAML."""


class ManifestError(ValueError):
    """Helm printed something that is not an object; the message names the template."""


# Where Helm parts the documents of one template; it takes `---kind: Pod` too.
_BETWEEN = re.compile(r"(?:^|\s*\n)---\s*")
# events in helm/pkg/release/util/manifest_sorter.go.
HOOKS = frozenset(
    {
        *(f"{when}-{what}" for when in ("pre", "post") for what in ("install", "upgrade", "rollback", "delete")),
        *("test", "test-success"),
    }
)


def split_output(text: str) -> Iterator[tuple[str, str]]:
    """The output of `helm template` as template and text, in its order."""
    parts = _OPENING.split(text)
    yield "(before the first template)", parts[0]
    yield from zip(parts[1::2], parts[2::2], strict=True)


def read_sources(sources: Iterable[tuple[str, str]], namespace: str) -> tuple[KubeObject, ...]:
    """The objects in what each template prints, hooks among the others, and those that Helm then leaves out.

    A List counts as its items.

    Raises:
        ManifestError: a manifest is not YAML, has a key twice, or is not an object with kind and name.
    """
    return _with_scopes(
        tuple(
            obj
            for template, text in sources
            for body in _bodies(text.strip())
            # `helm template` ends each manifest with a line break, which a block scalar at its end takes in.
            for obj in _objects(template, _Body(f"{body.lstrip()}\n"), namespace)
        )
    )


def _with_scopes(objects: tuple[KubeObject, ...]) -> tuple[KubeObject, ...]:
    """The objects, those of custom kinds without namespaces marked, by the definitions among them and known ones."""
    custom = [obj for obj in objects if not is_own_kind(*obj.kind_key)]
    if not custom:
        return objects
    own = (kind_without_namespace(obj.manifest) for obj in objects if obj.kind == "CustomResourceDefinition")
    groups = {obj.identity.group for obj in custom}
    known = {*own, *(kind for group in groups for kind in kinds_without_namespace(group))}
    found = {id(obj) for obj in custom if (obj.identity.group, obj.identity.kind) in known}
    return (
        tuple(replace(obj, without_namespace=True) if id(obj) in found else obj for obj in objects)
        if found
        else objects
    )


def _bodies(text: str) -> list[str]:
    # Looking for all white space before a line of hyphens takes its time, and most templates print one document.
    return _BETWEEN.split(text) if "---" in text else [text]


def is_installed(obj: KubeObject) -> bool:
    """Whether Helm prints and installs an object: one with a hook that it does not know is left out without a word."""
    hooks = obj.annotations.get("helm.sh/hook")
    return hooks is None or all(hook.strip().lower() in HOOKS for hook in str(hooks).split(","))


class _Body:
    """A text to read. What is kept of it to know it again is its digest, since a definition has 100,000 characters."""

    __slots__ = ("_digest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Body) and self._digest == other._digest


@lru_cache(maxsize=8192)
def _objects(template: str, body: _Body, namespace: str) -> tuple[KubeObject, ...]:
    """Equal text is read once: objects cannot be changed, so every release may have the same ones."""
    objects = []
    text, body.text = body.text, ""
    try:
        documents = read_all(text)
    except yaml.YAMLError as error:
        raise ManifestError(f"{template}: {NO_YAML}: {error}") from error
    for document in documents:
        items = document.get("items") if _is_list(document) else [document]
        if not isinstance(items, list):
            raise ManifestError(f"{template}: prints a {document['kind']} whose items are not a list")
        for item in items:
            reason = _unlike_an_object(item)
            if reason:
                raise ManifestError(f"{template}: prints something that is not an object: {reason}")
            objects.append(kube_object(item, template, namespace))
    return tuple(objects)


def _unlike_an_object(item: object) -> str:
    """Why the API server could not read a document at all; empty where it could."""
    if not isinstance(item, dict):
        return "it is not a mapping"
    kind, metadata = item.get("kind"), item.get("metadata")
    if not isinstance(kind, str) or not kind:
        return "kind is missing or not a text"
    if not isinstance(metadata, dict):
        return "metadata is missing or not a mapping"
    names = [metadata.get(key) for key in ("name", "generateName")]
    if not any(isinstance(name, str) and name for name in names):
        return "metadata.name is missing or not a text"
    return ""


def _is_list(document: object) -> bool:
    return isinstance(document, dict) and str(document.get("kind", "")).endswith("List") and "items" in document
