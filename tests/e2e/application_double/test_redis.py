"""The double with a Redis that is lost, frozen or reached over TLS."""

import socket
import time
from pathlib import Path

import pytest

from tests.e2e.application_double.double import Double, Redis
from tests.e2e.certificates import make_certificates
from tests.e2e.processes import SECONDS, eventually, free_port


def test_it_comes_back_to_a_redis_that_was_lost(double: Double, redis: Redis) -> None:
    with double.running():
        assert double.redis_status() == "healthy"
        redis.stop()
        eventually(lambda: double.redis_status() == "unhealthy", double.output.read_text)
        assert double.application.ask("GET", "/health").data["status"] == "healthy"
        assert double.application.ask("GET", "/metrics").status == 500
        redis.start()
        eventually(lambda: double.redis_status() == "healthy", double.output.read_text)


def test_health_and_figures_hang_while_redis_is_frozen_and_pages_do_not(double: Double, redis: Redis) -> None:
    with double.running():
        with redis.frozen():
            for path in ("/health", "/metrics"):
                with pytest.raises(TimeoutError):
                    double.application.ask("GET", path, seconds=2)
            for path, status in (("/", 302), ("/admin-next/api-stats", 200), ("/nowhere", 404)):
                assert double.application.ask("GET", path, seconds=2).status == status
        eventually(lambda: double.redis_status() == "healthy", double.output.read_text)


def test_with_a_frozen_redis_it_neither_listens_nor_ends(double: Double, redis: Redis) -> None:
    with redis.frozen():
        process = double.start()
        time.sleep(6)
        assert process.poll() is None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", double.port)) != 0
        process.kill()
        process.wait()


def test_tls_to_redis_is_verified_against_a_private_authority(double: Double, tmp_path: Path) -> None:
    make_certificates(tmp_path, "localhost")
    files = {name: str(tmp_path / name) for name in ("ca.crt", "server.crt", "server.key")}
    options = [
        "--tls-cert-file",
        files["server.crt"],
        "--tls-key-file",
        files["server.key"],
        "--tls-ca-cert-file",
        files["ca.crt"],
    ]
    redis = Redis(tmp_path / "tls", "--tls-auth-clients", "no", "--requirepass", "its password", *options)
    redis.stop()
    port = str(free_port())
    redis.command += ["--tls-port", port]
    redis.start()
    try:
        settings = {
            "REDIS_HOST": "localhost",
            "REDIS_PORT": port,
            "REDIS_ENABLE_TLS": "true",
            "REDIS_PASSWORD": "its password",
        }
        assert double.start(**settings).wait(SECONDS) == 1
        assert "unable to verify" in double.output.read_text() or "self-signed" in double.output.read_text()
        with double.running(**settings, NODE_EXTRA_CA_CERTS=files["ca.crt"]):
            assert double.redis_status() == "healthy"
        assert (
            double.start(**{**settings, "REDIS_PASSWORD": "wrong one", "NODE_EXTRA_CA_CERTS": files["ca.crt"]}).wait(
                SECONDS
            )
            == 1
        )
        assert "WRONGPASS" in double.output.read_text()
        assert "wrong one" not in double.output.read_text()
    finally:
        redis.stop()
