"""The program's own HTTP server (`HTTP_Server On`): what it is, whether it is well, and what it has done.

As in the real program, `/api/v1/health` answers `ok` as well while the output is away.
"""

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from .configuration import Section
from .errors import ConfigurationError
from .pipeline import Totals

NAME = "stand-in of the tests"


def serve(service: Section, totals: Totals) -> None:
    """Answer in the background until the program ends. `HTTP_Listen ::` serves IPv4 as well, as the real program does.

    Raises:
        ConfigurationError: the address or the port cannot be used.
    """
    pages: dict[str, Callable[[], str]] = {
        "/": lambda: json.dumps({"fluent-bit": {"version": NAME}}),
        "/api/v1/health": lambda: "ok\n",
        "/api/v1/metrics": lambda: _json(totals),
        "/api/v2/metrics/prometheus": lambda: _prometheus(totals),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.end_headers()
            self.wfile.write((page() if page else "").encode())

        def log_message(self, *_: object) -> None:
            """Requests are not logged: probes would fill the log."""

    host, port = service.get("http_listen", "0.0.0.0"), int(service.get("http_port", "2020"))

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def server_bind(self) -> None:
            if self.address_family == socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            super().server_bind()

    try:
        server = Server((host, port), Handler)
    except OSError as error:
        raise ConfigurationError(f"[http_server] could not bind address {host}:{port}: {error.strerror}") from error
    Thread(target=server.serve_forever, daemon=True).start()


def _json(totals: Totals) -> str:
    inputs = {name: {"records": records} for name, records in totals.read.items()}
    return json.dumps({"input": inputs, "filter": {}, "output": {totals.output_name: dict(totals.output)}})


def _prometheus(totals: Totals) -> str:
    series = [("input_records", name, records) for name, records in totals.read.items()]
    series += [(f"output_{key}", totals.output_name, number) for key, number in totals.output.items()]
    return "".join(f'fluentbit_{key}_total{{name="{name}"}} {number}\n' for key, name, number in series)
