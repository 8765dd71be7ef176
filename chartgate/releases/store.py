"""Renders kept by content: the same chart, Helm and inputs give the same answer, so Helm is asked once."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder, write_whole

KEEP_SECONDS = 14 * 24 * 3600


def key_of(*inputs: Any) -> str:
    """The key of an answer: a hash of everything it depends on."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def load(kind: str, key: str) -> Any:
    """The stored answer, or None when there is none or it cannot be read."""
    path = cache_folder(kind) / f"{key}.json"
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def save(kind: str, key: str, answer: Any) -> None:
    """Store an answer; readable for the user alone, since renders hold Secrets."""
    write_whole(cache_folder(kind) / f"{key}.json", json.dumps(answer).encode())


def forget_old(kind: str) -> None:
    """Drop answers older than two weeks, so that the cache does not grow for ever."""
    limit = time.time() - KEEP_SECONDS
    for path in cache_folder(kind).iterdir():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def chart_digest(chart: Path) -> str:
    """Hash of every file in the chart's folder: name and content.

    Raises:
        GateError: a file cannot be read.
    """
    try:
        return _content_digest(chart, tuple(sorted(_files(chart, ""))))
    except OSError as error:
        raise GateError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _files(folder: Path | str, within: str) -> Iterator[tuple[str, int, int]]:
    """Each file under a folder: its path inside the chart, and what changes when the file does."""
    # Every render asks, and a Path an entry costs several times as much.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{within}{entry.name}/")
            elif entry.is_file():
                status = entry.stat()
                yield f"{within}{entry.name}", status.st_mtime_ns, status.st_size


@lru_cache(maxsize=64)
def _content_digest(chart: Path, state: tuple[tuple[str, int, int], ...]) -> str:
    # `state` only says whether anything changed since the last call; the digest itself is of the contents.
    digest = hashlib.sha256()
    for name, _, _ in state:
        digest.update(name.encode() + b"\0" + hashlib.sha256((chart / name).read_bytes()).digest())
    return digest.hexdigest()
