"""Progress on standard error: a live line on a terminal, one plain line a step and a minute otherwise."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")

PAUSE_SECONDS = 60.0
"""How often a plain line tells how far a step is."""

stderr = Console(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """One line that tells the user what the gate is doing now."""
    stderr.print(f"chartgate: {message}", markup=False)


def track(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Pass `items` on while a bar shows how many of `total` are done; without a terminal, a line a minute tells it."""
    if not stderr.is_terminal:
        told = time.monotonic()
        for done, item in enumerate(items, 1):
            yield item
            if time.monotonic() - told >= PAUSE_SECONDS:
                told = time.monotonic()
                say(f"{what}: {done} of {total}")
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            yield item
            progress.advance(task)
