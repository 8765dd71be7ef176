"""A server between a program and the API server: somebody else changes objects, or it is slow, at a certain moment."""

import http.client
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.certificates import make_certificates

HOST = "localhost"

BeforeRequest = Callable[[str, str], None]
"""Gets the method and the path of each request before the API server does."""


@contextmanager
def intermediary(real: tuple[str, Path], folder: Path, before: BeforeRequest) -> Iterator[tuple[str, Path]]:
    """The address and the certificate authority of a server that hands each request on.

    Args:
        real: the address and the certificate authority of the API server.
        folder: an empty folder.
    """
    make_certificates(folder, HOST)
    trusted = ssl.create_default_context(cafile=real[1])
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(folder / "server.crt", folder / "server.key")

    class Handler(http.server.BaseHTTPRequestHandler):
        def _hand_on(self) -> None:
            before(self.command, self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            connection = http.client.HTTPSConnection(real[0], context=trusted)
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._hand_on()

        def do_POST(self) -> None:
            self._hand_on()

        def do_PATCH(self) -> None:
            self._hand_on()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.socket = own.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"{HOST}:{server.server_port}", folder / "ca.crt"
        finally:
            server.shutdown()
