"""What was asked for last, kept up to a total size, so that large answers do not fill the memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Answers by question; threads may share it.

    Args:
        most: the total size that is kept. The answers that nobody has asked for longest are dropped first.
        size: the size of an answer, in the unit of `most`.
    """

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self._most, self._size = most, size
        self._answers: OrderedDict[K, V] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def get(self, question: K, make: Callable[[], V]) -> V:
        """The answer that is kept, else what `make` returns. Two threads may make the same answer."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return self._answers[question]
        answer = make()
        with self._lock:
            if question not in self._answers:
                self._answers[question] = answer
                self._total += self._size(answer)
            while self._total > self._most:
                _, dropped = self._answers.popitem(last=False)
                self._total -= self._size(dropped)
        return answer
