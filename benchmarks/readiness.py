"""What a readiness probe costs: the chart's script, and a Node.js process that asks the same.

python -m benchmarks.readiness [--rounds N]

The figures are CPU time. The probe runs every 10 seconds in a container that requests 100m.
"""

import argparse
import http.server
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.cases import CHART
from benchmarks.measuring import measure, take_turns
from benchmarks.tables import say_table
from chartgate.errors import GateError

SCRIPT = CHART / "files" / "scripts" / "ready.sh"
HEALTHY = b'{"status":"healthy","components":{"redis":{"status":"healthy","connected":true}}}'
NODE = "require('http').get(process.argv[1], (answer) => answer.on('data', (data) => JSON.parse(data)))"
PROBES = 20
TARGET = "≤ 20"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    try:
        with answering() as address:
            shell = f"for i in $(seq {PROBES}); do sh {SCRIPT} {address} 5 || exit 1; done"
            node = f'for i in $(seq {PROBES}); do node -e "{NODE}" http://{address}/health || exit 1; done'
            costs = take_turns(
                {"ready.sh": lambda: measure(["sh", "-c", shell]), "node": lambda: measure(["sh", "-c", node])},
                options.rounds,
            )
    except GateError as error:
        print(f"readiness: {error}", file=sys.stderr)
        return 2
    first = costs["ready.sh"].cpu
    rows = [
        (name, f"{1000 * cost.cpu / PROBES:.1f}", f"{cost.cpu / first:.1f}", TARGET if name == "ready.sh" else "")
        for name, cost in costs.items()
    ]
    say_table(("", "CPU ms a probe", "ratio", "target"), rows)
    return 0


@contextmanager
def answering() -> Iterator[str]:
    """A server that answers as a healthy application does; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(HEALTHY)

        def log_message(self, *_: object) -> None:
            """Requests are not logged."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
