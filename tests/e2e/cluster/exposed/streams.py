"""A stream through a proxy."""

from dataclasses import dataclass

from tests.e2e.application import Application
from tests.e2e.cluster.pods import Neighbour


@dataclass(frozen=True)
class Streaming:
    """An upstream whose answers do not end before they are told to, and an API key that leads to it."""

    upstream: Neighbour
    api_key: str

    def passes(self, way: Application, host: str) -> bool:
        """Whether an event arrives while the answer is still written: nothing on the way held it back."""
        stream = way.stream(self.api_key, headers={"Host": host})
        first = stream.line()
        self.upstream.finish_streams()
        return first == "event: ping" and "event: message_stop" in stream.rest()
