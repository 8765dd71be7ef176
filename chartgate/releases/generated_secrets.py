"""What may differ between two renders of the same: generated secrets, copies of them, and their checksums."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from chartgate.releases.differences import differences
from chartgate.releases.objects import KubeObject
from chartgate.tools.walk import Path


def is_secret_data(obj: KubeObject, path: Path) -> bool:
    """Whether a path leads to what a Secret holds."""
    return obj.is_secret and path[0] in {"data", "stringData"}


def is_checksum(path: Path) -> bool:
    """Whether a path leads to an annotation such as checksum/secret: pods restart when what they read changes."""
    return len(path) > 1 and path[-2] == "annotations" and str(path[-1]).startswith("checksum/")


class GeneratedSecrets:
    """The values of Secrets that differ between two renders, which other objects may hold too, such as a caBundle."""

    def __init__(self, pairs: Iterable[tuple[KubeObject, KubeObject]]) -> None:
        self._changes: set[tuple[Any, Any]] = set()
        for obj, other in pairs:
            for path, before, after in differences(obj.manifest, other.manifest):
                if is_secret_data(obj, path) and isinstance(before, str) and isinstance(after, str):
                    self._changes |= {(before, after), (_decoded(before), _decoded(after))}

    def __bool__(self) -> bool:
        return bool(self._changes)

    def explain(self, before: Any, after: Any) -> bool:
        """Whether a difference elsewhere is one of theirs, copied."""
        return isinstance(before, str) and isinstance(after, str) and (before, after) in self._changes


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
