"""Options that accept several words, and may still be followed by a chart: `chartgate --kube 1.30 1.31 CHART`."""

import argparse
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from chartgate.values.chart_reference import SCHEMES
from chartgate.values.packed_chart import is_packed


class Parser(argparse.ArgumentParser):
    """A parser that separates charts from the words of the option before them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._of_words: list[str] = []

    def add_words(self, name: str, metavar: str, text: str) -> None:
        """Add an option that accepts one or more words, and that may be repeated."""
        self._of_words.append(name)
        self.add_argument(name, nargs="+", action="extend", default=[], metavar=metavar, help=text)

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse arguments. If they are wrong, the program ends, as with argparse."""
        return self.parse_args(self._with_charts_apart(arguments))

    def error(self, message: str) -> NoReturn:
        """End the program with a message. If the chart is missing, it says that an option may have taken it."""
        if self._of_words and "are required" in message:
            message += f": name it first, or after --, because {', '.join(self._of_words)} take all words that follow"
        super().error(message)

    def _with_charts_apart(self, arguments: Sequence[str]) -> list[str]:
        """The arguments. If charts follow the words of an option, each of these words becomes `--name=word`."""
        found: list[str] = []
        rest = list(arguments)
        while rest and rest[0] != "--":
            option = rest.pop(0)
            words = list(takewhile(lambda word: not word.startswith("-"), rest)) if option in self._of_words else []
            del rest[: len(words)]
            charts = [word for word in words if _is_chart(word)]
            if charts and len(words) > len(charts):
                found += [*(f"{option}={word}" for word in words if word not in charts), *charts]
            else:
                found += [option, *words]
        return found + rest


def _is_chart(word: str) -> bool:
    if word.startswith(SCHEMES):
        return True
    path = Path(word)
    return (path / "Chart.yaml").is_file() or (is_packed(path) and path.is_file())
