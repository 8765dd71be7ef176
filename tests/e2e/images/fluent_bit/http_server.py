"""The program's own HTTP server (`HTTP_Server On`): what it is, whether it is well, and what it has done."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from .configuration import Section
from .pipeline import Totals

NAME = "stand-in of the tests"


def serve(service: Section, totals: Totals) -> None:
    """Answer in the background until the program ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/": json.dumps({"fluent-bit": {"version": NAME}}),
                "/api/v1/health": "ok\n",
                "/api/v1/metrics": json.dumps(
                    {
                        "input": {"tail.0": {"records": totals.read}},
                        "output": {
                            "0": {
                                "proc_records": totals.delivered,
                                "errors": totals.errors,
                                "dropped_records": totals.dropped,
                            }
                        },
                    }
                ),
            }
            body = answers.get(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *_: object) -> None:
            """Requests are not logged: probes would fill the log."""

    address = (service.get("http_listen", "0.0.0.0"), int(service.number("http_port", 2020)))
    server = ThreadingHTTPServer(address, Handler)
    Thread(target=server.serve_forever, daemon=True).start()
