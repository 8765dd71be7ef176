"""The outputs, by the name of their plugin."""

from collections.abc import Callable
from typing import Protocol

from ..configuration import Section
from ..events import Event
from .elasticsearch import Elasticsearch
from .forward import Forward
from .http import Http
from .loki import Loki
from .stdout import Stdout


class Output(Protocol):
    """Where events go."""

    def send(self, tag: str, events: list[Event]) -> None:
        """Raises DeliveryError when the receiver does not take them."""


OUTPUTS: dict[str, Callable[[Section], Output]] = {
    "stdout": Stdout,
    "http": Http,
    "loki": Loki,
    "es": Elasticsearch,
    "forward": Forward,
}
