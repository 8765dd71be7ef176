"""What was received, in order."""

import json
from threading import Lock
from typing import Any


class Inbox:
    """Deliveries as data; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._deliveries: list[dict[str, Any]] = []

    def add(self, **delivery: Any) -> None:
        with self._lock:
            self._deliveries.append(delivery)

    def text(self) -> str:
        """All of it as JSON."""
        with self._lock:
            return json.dumps(self._deliveries)
