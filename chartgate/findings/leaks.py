"""The value of a Secret is in that Secret's data and nowhere else."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachRelease
from chartgate.findings.user_values import SOUNDS_SECRET, UserValues
from chartgate.releases.differences import written
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.tools.walk import Path, nodes, walk

SHORTEST = 6


def judge(release: Release) -> Iterator[Fault]:
    """Faults of the objects that hold a value of a Secret, as it is or in Base64."""
    secrets = secret_values(release)
    for obj in release:
        text = _text(_Content(obj.digest, obj))
        for secret, key, value in secrets:
            encoded = base64.b64encode(value.encode()).decode()
            if value in text or encoded in text:
                what = f"holds the value of key {key} of {secret.about}"
                yield Fault("leak", _place(obj, value, encoded), what, object=obj, unless=_said_openly(value))


def _said_openly(value: str) -> Callable[[UserValues], bool]:
    return lambda values: value in values.open_texts


def secret_values(release: Release) -> list[tuple[KubeObject, str, str]]:
    """(Secret, key, value): values long enough to be told from chance, and no word that is used openly as well."""
    secrets = release.of_kind("Secret")
    # A host or the release's own name is no secret, even where it lies in one.
    open_words = {release.name, release.namespace, *(obj.name for obj in release)}
    # Whoever refers to a key writes its name, so a value that is part of one cannot be looked for.
    open_words |= {key for secret in secrets for key, _ in _decoded(secret)}
    said_openly = "\0".join(open_words)
    return [
        (secret, key, value)
        for secret in secrets
        for key, value in _decoded(secret)
        if _can_be_secret(key, value) and value not in said_openly
    ]


def _can_be_secret(key: str, value: str) -> bool:
    """Whether a value is long enough to be told from chance, and is not plainly a name, an address or a setting.

    Of a key that does not sound secret, such as `user`, only a value that looks made at random can be one.
    """
    if len(value) < SHORTEST or _is_public(value) or value.lower() in _SETTINGS:
        return False
    return bool(SOUNDS_SECRET.search(key)) or _looks_random(value) or bool(_HAS_PASSWORD.search(value))


_SETTINGS = frozenset({"default", "disabled", "enabled", "localhost", "optional", "prefer", "production", "require"})
_HAS_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s:@]+@")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_-]{12,}")


def _looks_random(value: str) -> bool:
    """Whether a text is one run of letters and digits, mixed as no name is."""
    if not _LONG_RUN.fullmatch(value):
        return False
    changes = sum(_sort(one) != _sort(other) for one, other in pairwise(value))
    return changes * 4 >= len(value)


def _sort(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2 if character.isupper() else 3


def _is_public(value: str) -> bool:
    """Whether it is a certificate, which everybody may see, without its key."""
    return "-----BEGIN CERTIFICATE-----" in value and "PRIVATE KEY" not in value


def _decoded(secret: KubeObject) -> Iterator[tuple[str, str]]:
    for key, text in (secret.manifest.get("stringData") or {}).items():
        yield key, str(text)
    for key, text in (secret.manifest.get("data") or {}).items():
        try:
            yield key, base64.b64decode(str(text), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue  # no text, which no template could have copied elsewhere


@dataclass(frozen=True)
class _Content:
    """An object by its digest: hashing the object itself takes as long as reading it."""

    digest: str
    obj: KubeObject = field(compare=False)


@lru_cache(maxsize=4096)
def _text(content: _Content) -> str:
    """The texts and numbers in the open part of an object, line by line."""
    return "\n".join(str(node) for node in nodes(_open_part(content.obj)) if _is_text(node))


def _is_text(node: Any) -> bool:
    return node is not None and not isinstance(node, dict | list | bool)


def _open_part(obj: KubeObject) -> Mapping[str, Any]:
    if not obj.is_secret:
        return obj.manifest
    return {key: value for key, value in obj.manifest.items() if key not in {"data", "stringData"}}


def _place(obj: KubeObject, *values: str) -> str:
    paths = (path for path, text in _leaves(obj) if any(value in text for value in values))
    return written(next(paths, ("object",)))


def _leaves(obj: KubeObject) -> Iterator[tuple[Path, str]]:
    """The texts and numbers in the open part of an object."""
    for path, node in walk(_open_part(obj)):
        if _is_text(node):
            yield path, str(node)


CHECK = Check(
    key="leaks",
    title="Secrets stay in Secrets",
    why="Whoever may read ConfigMaps, pods or events reads along: none of these are guarded as Secrets are.",
    source="Kubernetes documentation, Good practices for Kubernetes Secrets",
    scopes=(EachRelease(judge, count=lambda release: len(secret_values(release))),),
    rules={
        "leak": Rule(
            "an object other than the Secret, or the Secret's metadata, holds the value of a Secret's key",
            "refer to the Secret's key (secretKeyRef, a mounted Secret) where the value is needed",
            "env: [{name: PASSWORD, value: s3cr3t-w0rd}], and a Secret holds the same text",
        ),
    },
    about="Secrets with values of their own",
)
