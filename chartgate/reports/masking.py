"""Secrets never reach a report: their data is masked, also where a case's values repeat it."""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable
from typing import Any

import yaml

from chartgate.releases.objects import KubeObject
from chartgate.tools.kubernetes_yaml import read_one

MASK = "(masked)"
# Shorter texts ("true", "6379") stand in values for many other reasons.
SHORTEST_SECRET = 8


def masked(obj: KubeObject) -> dict[str, Any]:
    """The object as plain data; of a Secret the keys remain, without what they hold."""
    manifest: dict[str, Any] = json.loads(json.dumps(obj.manifest, default=str))
    _mask_checksums(manifest)
    if obj.is_secret:
        for part in ("data", "stringData"):
            if manifest.get(part):
                manifest[part] = dict.fromkeys(manifest[part], MASK) if isinstance(manifest[part], dict) else MASK
        # kubectl keeps a whole copy of what was applied in this annotation.
        annotations = (manifest.get("metadata") or {}).get("annotations") or {}
        if "kubectl.kubernetes.io/last-applied-configuration" in annotations:
            annotations["kubectl.kubernetes.io/last-applied-configuration"] = MASK
    return manifest


def as_yaml(manifest: dict[str, Any]) -> str:
    """An object as YAML, in its own order; texts of more than one line as blocks."""
    return yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**16)


def secret_texts(objects: Iterable[KubeObject]) -> frozenset[str]:
    """What the Secrets among `objects` hold, decoded; texts too short to be told from ordinary ones left out."""
    found: set[str] = set()
    for obj in objects:
        if obj.is_secret:
            for part in ("data", "stringData"):
                data = obj.manifest.get(part)
                values = [str(value) for value in data.values() if value] if isinstance(data, dict) else []
                found.update(values)
                if part == "data":
                    found.update(filter(None, map(_decoded, values)))
    return frozenset(text.strip() for text in found if len(text.strip()) >= SHORTEST_SECRET)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with each of `secrets` in it masked, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def values_without_secrets(text: str, secrets: Collection[str]) -> str:
    """A values file with `secrets` masked: as it is written, or as YAML of our own where one is written in other
    characters than its own, such as escaped ones or a block. All of it where it is no single document of YAML.
    """
    shown = without_secrets(text, secrets)
    try:
        values = _without(read_one(text), secrets)
    except yaml.YAMLError:
        return MASK if secrets else text
    return shown if _reads_as(shown, values) else as_yaml(values)


def argument_without_secrets(text: str, secrets: Collection[str]) -> str:
    """A --set argument with `secrets` masked; its whole value where one is escaped in Helm's way or in JSON's."""
    shown = without_secrets(text, secrets)
    plain = [re.sub(r"\\(.)", r"\1", shown), *map(_from_json, _JSON_TEXT.findall(shown))]
    hidden = any(without_secrets(each, secrets) != each for each in plain)
    return f"{shown.partition('=')[0]}={MASK}" if hidden else shown


_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _from_json(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _without(node: Any, secrets: Collection[str]) -> Any:
    if isinstance(node, dict):
        return {without_secrets(str(key), secrets): _without(child, secrets) for key, child in node.items()}
    if isinstance(node, list):
        return [_without(child, secrets) for child in node]
    text = str(node)
    shown = without_secrets(text, secrets)
    return node if shown == text else shown


def _reads_as(text: str, values: Any) -> bool:
    try:
        return bool(read_one(text) == values)
    except yaml.YAMLError:
        return False


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def is_secret_checksum(key: object) -> bool:
    """Whether an annotation holds a Secret's checksum: it tells whether a guess at the secret is right."""
    return isinstance(key, str) and key.startswith("checksum/") and "secret" in key.lower()


def _mask_checksums(node: Any) -> None:
    if isinstance(node, dict):
        for key, child in node.items():
            if is_secret_checksum(key):
                node[key] = MASK
            else:
                _mask_checksums(child)
    elif isinstance(node, list):
        for child in node:
            _mask_checksums(child)


class _Dumper(yaml.CSafeDumper):
    """Block style for texts of several lines; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's own signature)
        return True


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)
