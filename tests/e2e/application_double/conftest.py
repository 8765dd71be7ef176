"""Fixtures of the double's tests. It has to do what the chart relies on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.application import Application
from tests.e2e.application_double.double import Double, Redis
from tests.e2e.processes import free_port

UPSTREAM = Path(__file__).parents[1] / "cluster" / "scripts" / "upstream.js"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path / "redis")
    yield redis
    redis.stop()


@pytest.fixture
def double(tmp_path: Path, redis: Redis) -> Double:
    return Double(tmp_path / "app", redis.port)


@pytest.fixture
def upstream() -> Iterator[Application]:
    port = free_port()
    process = subprocess.Popen(["node", str(UPSTREAM), str(port)], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline()
        yield Application(f"127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()
