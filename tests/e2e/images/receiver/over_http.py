"""Takes any POST, as Loki, Elasticsearch and HTTP collectors do; `GET /received` tells what came."""

import gzip
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .inbox import Inbox


def server(port: int, inbox: Inbox, *, certificates: Path | None = None) -> ThreadingHTTPServer:
    """An HTTP server on all addresses, not yet serving; one of HTTPS with the server.crt and server.key of a folder."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            inbox.add(path=self.path, headers=headers, body=body.decode())
            self._answer("{}")

        def do_GET(self) -> None:
            self._answer(inbox.text() if self.path == "/received" else "{}")

        def _answer(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """What came is told by /received, and nothing else."""

    listening = ThreadingHTTPServer(("0.0.0.0", port), Handler)
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
        # Each connection shakes hands in its own thread, so that one that fails keeps nobody waiting.
        listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    return listening
