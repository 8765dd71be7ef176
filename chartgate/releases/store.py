"""Answers kept under a hash of all that they depend on, so that nothing is asked twice: renders and results of runs."""

import hashlib
import json
import shutil
import time
from typing import Any, TypeVar

from chartgate.tools import cache
from chartgate.tools.cache import cache_folder, write_whole

T = TypeVar("T")

KEEP_SECONDS = 14 * 24 * 3600


def key_of(*inputs: Any) -> str:
    """The key of an answer: a hash of everything it depends on."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def load(kind: str, key: str, model: type[T]) -> T | None:
    """The stored answer; None where there is none, or what is stored is not of the type `model`."""
    return cache.load(cache_folder(kind) / f"{key}.json", model)


def save(kind: str, key: str, answer: Any) -> None:
    """Store an answer; readable for the user alone, since renders hold Secrets."""
    write_whole(cache_folder(kind) / f"{key}.json", json.dumps(answer).encode())


def forget_old(kind: str) -> None:
    """Drop answers older than two weeks, so that the cache does not grow for ever."""
    limit = time.time() - KEEP_SECONDS
    for path in cache_folder(kind).iterdir():
        try:
            if path.stat().st_mtime >= limit:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            continue  # another run has removed it, or the user may not
