"""ConfigMaps and Secrets. Each rule names its function in Kubernetes."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping

from chartgate.findings.api_server.fault import Fault, Rules
from chartgate.findings.forms import KEY
from chartgate.releases.objects import EMPTY, KubeObject

LARGEST = 1024 * 1024
"""Bytes of a ConfigMap's or Secret's data (core.MaxSecretSize)."""
_KEYS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _data(obj: KubeObject) -> Iterator[Fault]:
    """ValidateConfigMap, ValidateSecret, IsConfigMapKey."""
    size = 0
    encoded = "data" if obj.kind == "Secret" else "binaryData"
    for part in ("data", "stringData", "binaryData"):
        entries = obj.manifest.get(part)
        for key, value in entries.items() if isinstance(entries, Mapping) else ():
            if not KEY.fits(str(key)):
                what = f'"{key}" is not a valid key: only letters, digits, -, _ and . are allowed'
                yield Fault("format", f"{part}.{key}", key, what)
            if part != encoded:
                size += len(str(value).encode())
                continue
            try:
                size += len(base64.b64decode("".join(str(value or "").split()), validate=True))
            except (binascii.Error, ValueError):
                yield Fault("format", f"{part}.{key}", key, "is not base64")
    if size > LARGEST:
        yield Fault("size", "data", size, f"has {size} bytes, and at most {LARGEST} are allowed")


def _config_map(obj: KubeObject) -> Iterator[Fault]:
    """ValidateConfigMap."""
    for key in sorted((obj.manifest.get("data") or {}).keys() & (obj.manifest.get("binaryData") or {}).keys()):
        yield Fault("exclusive", f"data.{key}", key, "is in binaryData as well, and must be in one of them")


def _secret(obj: KubeObject) -> Iterator[Fault]:
    """ValidateSecret."""
    keys = {key for part in ("data", "stringData") for key in obj.manifest.get(part) or ()}
    kind = obj.manifest.get("type")
    for key in _KEYS_OF_TYPE.get(str(kind), ()):
        if key not in keys:
            yield Fault("required", f"data.{key}", "", f"is missing, and a Secret of type {kind} must have it")
    yield from _registries(obj)
    if kind == "kubernetes.io/basic-auth" and not keys & {"username", "password"}:
        yield Fault("required", "data", "", "has neither username nor password, and must have one of them")


def _registries(obj: KubeObject) -> Iterator[Fault]:
    """ValidateSecret: what a registry Secret holds is JSON."""
    kind = str(obj.manifest.get("type"))
    for key in _KEYS_OF_TYPE.get(kind, ()) if kind.startswith("kubernetes.io/docker") else ():
        plain = (obj.manifest.get("stringData") or EMPTY).get(key)
        encoded = (obj.manifest.get("data") or EMPTY).get(key)
        if plain is None and encoded is None:
            continue
        try:
            json.loads(base64.b64decode(str(encoded)) if plain is None else str(plain))
        except ValueError:
            yield Fault("format", f"data[{key}]", None, f"is not JSON, and a Secret of type {kind} must have it")


RULES: Rules = {"ConfigMap": (_data, _config_map), "Secret": (_data, _secret)}
