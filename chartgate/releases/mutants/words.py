"""What has to do with a text: by the words that both have."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Generic, TypeVar

from chartgate.tools.test_server.messages import words_of

K = TypeVar("K")


class WordIndex(Generic[K]):
    """The words of some things, such as tests or renders.

    Args:
        words: those of each thing, as `words_of` finds them.
    """

    def __init__(self, words: Mapping[K, Collection[str]]) -> None:
        self._words = words
        self._number = Counter(word for some in words.values() for word in some)

    def scores(self, text: str, some: Iterable[K] | None = None) -> dict[K, float]:
        """How much each thing has in common with a text; rare words count more. Those with nothing are left out.

        Args:
            some: the things to compare; all by default.
        """
        wanted = words_of(text)
        shared = {one: wanted.intersection(self._words[one]) for one in (self._words if some is None else some)}
        return {one: sum(1 / self._number[word] for word in words) for one, words in shared.items() if words}
