"""The application's double does what the chart relies on, beside a real Redis and without Docker."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.application import Administrator, Application, Refused
from tests.e2e.certificates import make_certificates

IMAGE = Path(__file__).parent / "images" / "application"
UPSTREAM = Path(__file__).parent / "cluster" / "scripts" / "upstream.js"
SECONDS = 30
ADMIN = ("chief", "first password")
ENVIRONMENT = {
    "JWT_SECRET": "jwt",
    "ENCRYPTION_KEY": "first key",
    "ADMIN_USERNAME": ADMIN[0],
    "ADMIN_PASSWORD": ADMIN[1],
    "HOST": "127.0.0.1",
    "REDIS_HOST": "127.0.0.1",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


class Redis:
    """A Redis process with data of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        folder.mkdir()
        self._command = [
            "redis-server",
            "--dir",
            str(folder),
            "--port",
            str(self.port),
            "--appendonly",
            "yes",
            *options,
        ]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, lambda: "Redis does not start")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, *words: str) -> str:
        command = ["redis-cli", "-p", str(self.port), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Double:
    """The double in a folder of its own, as its image has it."""

    def __init__(self, folder: Path, redis_port: int) -> None:
        shutil.copytree(IMAGE, folder)
        self.folder = folder
        self.port = free_port()
        self.environment = {**ENVIRONMENT, "PORT": str(self.port), "REDIS_PORT": str(redis_port)}
        self.output = folder / "output"
        self.application = Application(f"127.0.0.1:{self.port}")

    def start(self, **environment: str) -> "subprocess.Popen[bytes]":
        kept = {"PATH": os.environ["PATH"]}
        with self.output.open("ab") as output:
            return subprocess.Popen(
                ["sh", str(self.folder / "docker-entrypoint.sh")],
                env={**kept, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @contextmanager
    def running(self, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Until it answers; killed at the end if it is still there."""
        process = self.start(**environment)
        try:
            wait_until(lambda: process.poll() is not None or self.answers(), self.output.read_text)
            assert process.poll() is None, self.output.read_text()
            yield process
        finally:
            process.kill()
            process.wait()

    def answers(self) -> bool:
        try:
            return self.application.ask("GET", "/health").status == 200
        except OSError:
            return False

    def redis_status(self) -> str:
        status: str = self.application.ask("GET", "/health").data["components"]["redis"]["status"]
        return status

    def files(self, pattern: str) -> list[Path]:
        return sorted((self.folder / "logs").glob(pattern))

    def lines(self) -> list[str]:
        return [line for path in self.files("claude-relay-20*.log*") for line in path.read_text().splitlines()]


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


@pytest.mark.parametrize("name", ["JWT_SECRET", "ENCRYPTION_KEY"])
def test_it_does_not_start_without_its_keys(double: Double, name: str) -> None:
    process = double.start(**{name: ""})
    assert process.wait(SECONDS) == 1
    assert f"{name} is not set" in double.output.read_text()


def test_it_ends_when_there_is_no_redis_at_the_start(double: Double) -> None:
    process = double.start(REDIS_PORT=str(free_port()))
    assert process.wait(SECONDS) == 1
    assert "ECONNREFUSED" in double.output.read_text()


def test_it_ends_when_a_folder_cannot_be_written(double: Double) -> None:
    (double.folder / "temp").write_text("no folder")
    assert double.start().wait(SECONDS) == 1


def test_it_comes_back_to_a_redis_that_was_lost(double: Double, redis: Redis) -> None:
    with double.running():
        assert double.redis_status() == "healthy"
        redis.stop()
        wait_until(lambda: double.redis_status() == "unhealthy", double.output.read_text)
        assert double.application.ask("GET", "/health").data["status"] == "healthy"
        assert double.application.ask("GET", "/metrics").status == 500
        redis.start()
        wait_until(lambda: double.redis_status() == "healthy", double.output.read_text)


def test_the_last_start_decides_the_administrators_password(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN)
        with pytest.raises(Refused, match="401"):
            double.application.log_in(ADMIN[0], "another")
    # init.json is there already: the variable counts for the first start only.
    with double.running(ADMIN_PASSWORD="another"):
        double.application.log_in(*ADMIN)
    (double.folder / "data" / "init.json").unlink()
    with double.running(ADMIN_PASSWORD="another"):
        double.application.log_in(ADMIN[0], "another")
        with pytest.raises(Refused, match="401"):
            double.application.log_in(*ADMIN)


def test_a_password_that_was_not_given_is_printed(double: Double) -> None:
    with double.running(ADMIN_USERNAME="", ADMIN_PASSWORD=""):
        printed = re.search(r"administrator: (\S+)\npassword: (\S+)", double.output.read_text())
        assert printed
        double.application.log_in(printed[1], printed[2])


def test_an_account_is_relayed_to_and_unreadable_with_another_key(
    double: Double, redis: Redis, upstream: Application
) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", f"http://{upstream.address}", "sk-upstream")
        api_key = admin.create_api_key("user")
        assert double.application.message(api_key)["content"][0]["text"] == "sk-upstream"
        with pytest.raises(Refused, match="401"):
            double.application.message("cr_unknown")
        with pytest.raises(Refused, match="401"):
            Administrator(double.application, "0" * 64).accounts()
    assert "sk-upstream" not in redis.ask("HGETALL", redis.ask("KEYS", "claude_console_account:*"))
    with double.running(ENCRYPTION_KEY="second key"):
        assert admin.accounts() == ["stored"]
        with pytest.raises(Refused, match=r"500 .*Relay service error"):
            double.application.message(double.application.log_in(*ADMIN).create_api_key("next"))
        with pytest.raises(Refused, match="401"):
            double.application.message(api_key)


@pytest.mark.parametrize("path", ["/metrics", "/METRICS", "/Metrics/", "/metrics/", "/metrics?x=1"])
def test_spellings_of_metrics(double: Double, path: str) -> None:
    with double.running():
        figures = double.application.ask("GET", path).data
        assert figures["totalApiKeys"] == 0
        assert figures["memory"]["rss"] > 0


def test_other_paths(double: Double) -> None:
    with double.running():
        ask = double.application.ask
        for path in ("//metrics", "/%6detrics", "/metrics//", "/./metrics", "/prometheus", "/metrics.json"):
            assert ask("GET", path).status == 404, path
        assert ask("POST", "/metrics").status == 404
        assert ask("HEAD", "/metrics").status == 200
        assert (ask("GET", "/").status, ask("GET", "/").headers["location"]) == (302, "/admin-next/api-stats")
        assert ask("GET", "/admin-next/api-stats").status == 200
        assert ask("POST", "/api/v1/messages", {}).status == 401
        assert ask("GET", "/admin/claude-console-accounts").status == 401
        double.application.log_in(*ADMIN)
        assert ask("POST", "/WEB/auth/login/", {}).status == 400


def test_clients_are_told_by_a_proxy_that_is_trusted(double: Double) -> None:
    for trusted, client in (("false", "127.0.0.1"), ("true", "198.51.100.7")):
        with double.running(TRUST_PROXY=trusted):
            double.application.ask("GET", f"/{trusted}", headers={"x-forwarded-for": "192.0.2.1, 198.51.100.7"})
            wait_until(lambda: any(f'"url":"/{trusted}"' in line for line in double.lines()), lambda: "no log")  # noqa: B023
        found = [json.loads(line) for line in double.lines() if f'"url":"/{trusted}"' in line]
        assert [line["client"] for line in found] == [client]


def test_lines_of_the_log(double: Double) -> None:
    def told() -> re.Match[str] | None:
        # The console comes after the files.
        return re.search(r"(?m)^\d\d:\d\d:\d\d GET /some/path - 404 .*\n +├─ type: ", double.output.read_text())

    hours = [time.time() - 11 * 3600]
    with double.running(TIMEZONE_OFFSET="-11"):
        double.application.ask("GET", "/some/path")
        wait_until(lambda: told() is not None, double.output.read_text)
    hours.append(time.time() - 11 * 3600)
    line = next(json.loads(line) for line in double.lines() if "/some/path" in line)
    assert list(line)[:3] == ["ts", "lvl", "msg"]
    assert line["ts"][:13] in {time.strftime("%Y-%m-%d %H", time.gmtime(hour)) for hour in hours}
    assert {"exceptions.log", "rejections.log", ".claude-relay-audit.log.json"} <= {p.name for p in double.files("*")}


def test_files_rotate_by_size(double: Double) -> None:
    with double.running(LOG_MAX_SIZE="1k", LOG_MAX_FILES="3"):
        for _ in range(60):
            double.application.ask("GET", "/health")
        names = [path.name for path in double.files("claude-relay-20*")]
        numbers = [int(re.search(r"\.log\.?(\d*)", name)[1] or 0) for name in names]  # type: ignore[index]
        newest = max(numbers)
        assert newest > 3
        assert sorted(numbers) == [newest - 2, newest - 1, newest]
        live = next(name for name, number in zip(names, numbers, strict=True) if number == newest)
        assert [name for name in names if not name.endswith(".gz")] == [live]
    with double.running(LOG_MAX_SIZE="1m", LOG_MAX_FILES="3"):
        assert [path.name for path in double.files("claude-relay-20*") if path.suffix != ".gz"] == [live]


def test_authentication_details_are_in_a_file_of_their_own_alone(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN).create_account("stored", "http://127.0.0.1:1", "sk-upstream")
    (detail,) = double.files("claude-relay-auth-detail-*.log")
    assert "sk-upstream" in detail.read_text()
    assert len(detail.read_text().splitlines()) > 3
    assert not any("sk-upstream" in line for line in double.lines())
    assert "sk-upstream" not in double.output.read_text()


def test_a_stop_deletes_the_counters(double: Double, redis: Redis) -> None:
    with double.running() as process:
        redis.ask("SET", "concurrency:left", "1")
        redis.ask("SET", "other", "1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert redis.ask("KEYS", "concurrency:*") == ""
    assert redis.ask("GET", "other") == "1"
    assert "shutdown completed" in double.lines()[-1]


def test_a_start_clears_the_queues_unless_told_not_to(double: Double, redis: Redis) -> None:
    redis.ask("SET", "concurrency:queue:one", "1")
    with double.running(CLEAR_CONCURRENCY_QUEUES_ON_STARTUP="false"):
        assert redis.ask("GET", "concurrency:queue:one") == "1"
    with double.running():
        assert redis.ask("GET", "concurrency:queue:one") == ""


@pytest.mark.parametrize("finished", [True, False])
def test_a_stop_waits_ten_seconds_for_a_stream(
    double: Double, redis: Redis, upstream: Application, finished: bool
) -> None:
    with double.running() as process:
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", f"http://{upstream.address}", "sk-upstream")
        stream = double.application.stream(admin.create_api_key("user"))
        assert stream.answer.headers["content-type"] == "text/event-stream"
        assert stream.line() == "event: ping"
        assert redis.ask("KEYS", "concurrency:*")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: not double.answers(), lambda: "it still accepts")
        if finished:
            upstream.ask("GET", "/finish")
            assert stream.rest()[-1] == 'data: {"type":"message_stop"}'
            assert process.wait(SECONDS) == 0
        else:
            assert process.wait(SECONDS) == 1
            assert time.monotonic() - begun >= 10


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
    redis._command += ["--tls-port", port]
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
