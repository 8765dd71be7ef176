"""A web server that serves a chart repository, as GitHub Pages and any other static server do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, repository: "HttpRepository") -> None:
        super().__init__(*arguments, directory=str(repository.folder))

    def log_message(self, *_: Any) -> None:
        """Print nothing: what Helm says is enough."""


class HttpRepository:
    """A server on this machine. `folder` is what it serves now: tests put an earlier or a broken state there."""

    def __init__(self) -> None:
        self.folder = Path("/nonexistent")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, repository=self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["HttpRepository"]:
        """The server, until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
