"""The value of a Secret is in that Secret's data and nowhere else."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_release
from chartgate.findings.user_values import user_values
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered

KEY = "leaks"
RULES = {"leak": "an object other than the Secret, or the Secret's metadata, holds the value of a Secret's key"}
SHORTEST = 6
_SOUNDS_SECRET = re.compile(
    r"pass(wd|word|phrase)?|secret|token|key|credential|auth|private|cert|cookie|header|stringdata", re.IGNORECASE
)


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Look in each distinct release for each value of its Secrets, as it is and in Base64."""
    values = {id(rendered): list(_values(rendered)) for rendered in renders}
    return by_release(
        KEY,
        renders,
        lambda rendered: _examine(rendered, values[id(rendered)]),
        count=lambda rendered: len(values[id(rendered)]),
        depends=lambda rendered: rendered.case.values,
    )


def _examine(rendered: Rendered, secrets: Sequence[tuple[KubeObject, str, str]]) -> Iterator[Finding]:
    for obj in rendered.release:
        text = _text(obj)
        for secret, key, value in secrets:
            encoded = base64.b64encode(value.encode()).decode()
            if value in text or encoded in text:
                what = f"holds the value of key {key} of {secret.ref}"
                yield Finding(KEY, "leak", obj.ref, _place(obj, value, encoded), what, CHECK.remedy)


def _values(rendered: Rendered) -> Iterator[tuple[KubeObject, str, str]]:
    """(Secret, key, value): values long enough to be told from chance, and no word that is used openly as well."""
    secrets = rendered.release.of_kind("Secret")
    if not secrets:
        return
    # A user name, a host or the release's own name is no secret, even where it lies in one.
    open_words = {text for key, text in user_values(rendered.case).texts if not _SOUNDS_SECRET.search(key)}
    open_words |= {rendered.release.name, rendered.release.namespace, *(obj.name for obj in rendered.release)}
    # Whoever refers to a key writes its name, so a value that is part of one cannot be looked for.
    open_words |= {key for secret in secrets for key, _ in _decoded(secret)}
    said_openly = "\0".join(open_words)
    for secret in secrets:
        for key, value in _decoded(secret):
            if len(value) >= SHORTEST and not _is_public(value) and value not in said_openly:
                yield secret, key, value


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


def _text(obj: KubeObject) -> str:
    return _joined(obj.digest, obj)


@lru_cache(maxsize=4096)
def _joined(_: str, obj: KubeObject) -> str:
    return "\n".join(text for _, text in _leaves(_open_part(obj)))


def _open_part(obj: KubeObject) -> Mapping[str, Any]:
    if obj.kind != "Secret":
        return obj.manifest
    return {key: value for key, value in obj.manifest.items() if key not in {"data", "stringData"}}


def _place(obj: KubeObject, *values: str) -> str:
    places = [path for path, text in _leaves(_open_part(obj)) if any(value in text for value in values)]
    return places[0] if places else "object"


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _leaves(child, f"{path}[{index}]")
    elif node is not None and not isinstance(node, bool):
        yield path, str(node)


CHECK = OldCheck(
    key=KEY,
    title="Secrets stay in Secrets",
    why="Whoever may read ConfigMaps, pods or events reads along: none of these are guarded as Secrets are.",
    remedy="refer to the Secret's key (secretKeyRef, a mounted Secret) where the value is needed",
    source="Kubernetes documentation, Good practices for Kubernetes Secrets",
    examine=examine,
    rules=RULES,
    about="Secrets with values of their own",
)
