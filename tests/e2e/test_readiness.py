"""The script of the readiness probe, run by a shell: it tells whether the application answers and Redis is healthy."""

import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chartgate.releases.release import Release
from tests.e2e.pod_scripts import write_scripts


@pytest.fixture
def scripts(render: Callable[..., Release], tmp_path: Path) -> Path:
    """The scripts of the default release, in a folder."""
    return write_scripts(render(), tmp_path / "scripts")


# What the real application 1.1.314 answered: with a healthy Redis, and with one that refused connections.
HEALTHY = (
    '{"status":"healthy","service":"claude-relay-service","version":"1.1.314","timestamp":"2026-11-26T03:30:13.782Z",'
    '"uptime":9.709515404,"memory":{"used":"33MB","total":"62MB","external":"3MB"},"components":{"redis":{"status":'
    '"healthy","connected":true,"latency":"1ms"},"logger":{"status":"healthy","healthy":true,"timestamp":'
    '"2026-11-26T03:30:13.782Z"}},"stats":{"requests":0,"errors":0,"warnings":6}}'
)
UNHEALTHY = HEALTHY.replace(
    '"status":"healthy","connected":true,"latency":"1ms"',
    '"status":"unhealthy","connected":false,"error":"Cannot read properties of null (reading \'ping\')"',
)


@pytest.mark.parametrize(
    ("status", "body", "ready", "told"),
    [
        (200, HEALTHY, True, ""),
        (200, HEALTHY.replace('"status":"healthy","connected":true', '"connected":true,"status":"healthy"'), True, ""),
        (200, UNHEALTHY, False, '"status":"unhealthy","connected":false,"error":"Cannot read properties of null'),
        (200, UNHEALTHY.replace("Cannot read", '\\"status\\":\\"healthy\\",'), False, "Redis is not healthy"),
        (200, UNHEALTHY.replace('"healthy":true', '"healthy":true,"status":"healthy"'), False, "Redis is not healthy"),
        (503, HEALTHY, False, "503"),
        (200, "<html>", False, "contains no status of Redis"),
        (200, "{}", False, "contains no status of Redis"),
    ],
)
def test_readiness_reads_what_health_says_about_redis(
    scripts: Path, status: int, body: str, ready: bool, told: str
) -> None:
    with answering(status, body) as address:
        done = run_ready(scripts, address)
    assert (done.returncode == 0) is ready, done.stdout
    assert told in done.stdout


def test_an_application_that_is_not_there_is_not_ready(scripts: Path) -> None:
    done = run_ready(scripts, "127.0.0.1:1")
    assert done.returncode == 1
    assert "Failed to connect to 127.0.0.1 port 1" in done.stdout


def test_an_application_that_waits_for_a_frozen_redis_is_not_ready(scripts: Path) -> None:
    with answering(200, HEALTHY, after=10) as address:
        done = run_ready(scripts, address, seconds=1)
    assert done.returncode == 1
    assert "timed out" in done.stdout


def test_readiness_asks_the_application_whatever_proxy_the_environment_names(scripts: Path) -> None:
    with answering(200, HEALTHY) as address:
        done = run_ready(scripts, address, http_proxy="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1")
    assert done.returncode == 0, done.stdout


def run_ready(scripts: Path, address: str, seconds: int = 5, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(scripts / "ready.sh"), address, str(seconds)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=20, check=False, env={**os.environ, **environment}
    )


@contextmanager
def answering(status: int, body: str, after: float = 0) -> Iterator[str]:
    """A stand-in for the application: one answer to everything, `after` some seconds; gives its address."""
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait(after)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        over.set()
        server.shutdown()
