"""The application's double does what the chart relies on, beside a real Redis and without Docker."""

import calendar
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.application import Administrator, Answer, Application, Refused
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

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It keeps its connections and does nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

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


@pytest.mark.parametrize("given", [{}, {"ADMIN_USERNAME": "", "ADMIN_PASSWORD": ""}])
def test_the_first_start_prints_the_password_and_a_later_one_does_not(double: Double, given: dict[str, str]) -> None:
    with double.running(**given):
        printed = re.search(r"administrator: (\S+)\npassword: (.+)", double.output.read_text())
        assert printed
        double.application.log_in(printed[1], printed[2])
    double.output.write_text("")
    with double.running(**given):
        assert printed[2] not in double.output.read_text()


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
            wait_until(lambda: any(f"GET /{trusted} " in line for line in double.lines()), lambda: "no log")  # noqa: B023
        found = [json.loads(line) for line in double.lines() if f"GET /{trusted} " in line]
        assert [line["ip"] for line in found] == [client]


def test_lines_of_the_log(double: Double) -> None:
    def told() -> re.Match[str] | None:
        # The console comes after the files.
        return re.search(
            r"(?m)^\d\d:\d\d:\d\d ⚠️  404 GET /some/path  \d+ms .*\n +├─ requestId: ", double.output.read_text()
        )

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


def test_authentication_details_are_in_a_file_of_their_own(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN).create_account("stored", "http://127.0.0.1:1", "sk-upstream")
    (detail,) = double.files("claude-relay-auth-detail-*.log")
    assert "sk-upstream" in detail.read_text()
    (record,) = map(json.loads, detail.read_text().splitlines())
    assert list(record) == ["ts", "lvl", "msg", "data"]


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
        wait_until(double.answers, lambda: "it does not answer")
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


# Makes init.json read-only also for root, as the tests may run as root.
READ_ONLY_INIT = """
const fs = require('fs')
const write = fs.writeFileSync
fs.writeFileSync = (file, ...rest) => {
  if (String(file).endsWith('init.json')) throw Object.assign(new Error('EROFS'), { code: 'EROFS' })
  return write(file, ...rest)
}
"""
RECORDED = Path(__file__).parent / "recorded" / "logs" / "claude-relay-2026-11-26.log"


def recorded(message: str) -> dict[str, Any]:
    """The first record of the real application with such a message."""
    lines = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
    found: dict[str, Any] = next(line for line in lines if message in line["msg"])
    return found


def form(message: str) -> str:
    """A message without its numbers."""
    return re.sub(r"\d+", "N", message)


def test_access_lines_have_whole_bodies_as_the_applications_have(double: Double, upstream: Application) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", f"http://{upstream.address}", "sk-upstream")
        double.application.message(admin.create_api_key("user"))
        double.application.ask("GET", "/nowhere")
        wait_until(lambda: "404 GET /nowhere" in double.output.read_text(), double.output.read_text)
    lines = [json.loads(line) for line in double.lines()]
    for message in ("200 POST /web/auth/login", "200 POST /admin/api-keys", "404 GET /nowhere"):
        real = recorded(message)
        ours = next(line for line in lines if message in line["msg"])
        assert form(ours["msg"]) == form(real["msg"])
        assert set(ours) == set(real) - {"auth"}
    login = next(line for line in lines if "POST /web/auth/login" in line["msg"])
    assert login["req"]["password"] == ADMIN[1]
    message = next(line for line in lines if "POST /api/v1/messages" in line["msg"])
    assert message["req"]["messages"][0]["content"] == "hello"
    for secret in (ADMIN[1], "sk-upstream", "hello"):
        assert secret in double.output.read_text(), "the console has the same bodies"


def test_a_failed_call_logs_the_whole_error_of_axios(double: Double) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", "http://127.0.0.1:1", "bearer-of-an-upstream")
        with pytest.raises(Refused, match="502"):
            double.application.message(admin.create_api_key("user"))
    (ours,) = [json.loads(line) for line in double.lines() if "stream relay failed" in line]
    assert set(ours) == set(recorded("stream relay failed"))
    assert "bearer-of-an-upstream" in json.dumps(ours["config"])
    assert "hello" in ours["config"]["data"]
    assert any("stream relay failed" in path.read_text() for path in double.files("claude-relay-error-*.log"))


def test_token_refreshes_are_json_over_many_lines_in_utc(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN).create_account("stored", "http://127.0.0.1:1", "sk-upstream")
    real = RECORDED.with_name("token-refresh.log").read_text().split("\n}\n{\n")[0]
    text = (double.folder / "logs" / "token-refresh.log").read_text()
    ours = text.split("\n}\n{\n")[0]
    assert [line.split(":")[0] for line in ours.splitlines() if line.startswith("  ")][:2] == [
        line.split(":")[0] for line in real.splitlines() if line.startswith("  ")
    ][:2]
    assert re.search(time.strftime(r'(?m)^  "timestamp": "%Y-%m-%d %H:', time.gmtime()), ours)
    assert "token_refresh_error" in (double.folder / "logs" / "token-refresh-error.log").read_text()


@pytest.mark.parametrize(("offset", "hours"), [("0", 8), ("-5", -5), ("", 8)])
def test_an_offset_of_zero_is_eight_hours(double: Double, offset: str, hours: int) -> None:
    with double.running(TIMEZONE_OFFSET=offset):
        pass
    told = time.strptime(json.loads(double.lines()[-1])["ts"], "%Y-%m-%d %H:%M:%S")
    assert abs(calendar.timegm(told) - hours * 3600 - time.time()) < 60


def test_health_and_figures_hang_while_redis_is_frozen_and_pages_do_not(double: Double, redis: Redis) -> None:
    with double.running():
        with redis.frozen():
            for path in ("/health", "/metrics"):
                with pytest.raises(TimeoutError):
                    double.application.ask("GET", path, seconds=2)
            for path, status in (("/", 302), ("/admin-next/api-stats", 200), ("/nowhere", 404)):
                assert double.application.ask("GET", path, seconds=2).status == status
        wait_until(lambda: double.redis_status() == "healthy", double.output.read_text)


def test_with_a_frozen_redis_it_neither_listens_nor_ends(double: Double, redis: Redis) -> None:
    with redis.frozen():
        process = double.start()
        time.sleep(6)
        assert process.poll() is None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", double.port)) != 0
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "held_by", ["a connection without a request", "an idle keep-alive connection", "a frozen Redis"]
)
def test_a_stop_is_forced_after_ten_seconds(double: Double, redis: Redis, held_by: str) -> None:
    redis.ask("SET", "concurrency:left", "1")
    with double.running() as process, ExitStack() as held:
        if held_by == "a frozen Redis":
            held.enter_context(redis.frozen())
        elif held_by == "an idle keep-alive connection":
            connection = held.enter_context(closing(http.client.HTTPConnection("127.0.0.1", double.port)))
            connection.request("GET", "/health")
            connection.getresponse().read()
        else:
            held.enter_context(socket.create_connection(("127.0.0.1", double.port)))
            time.sleep(0.2)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 1
        assert 10 <= time.monotonic() - begun < 13
    assert redis.ask("GET", "concurrency:left") == "1"


def change_password(double: Double, current: str, new: str) -> Answer:
    admin = double.application.log_in(ADMIN[0], current)
    body = {"currentPassword": current, "newPassword": new}
    headers = {"authorization": f"Bearer {admin.token}"}
    return double.application.ask("POST", "/web/auth/change-password", body, headers)


def test_a_password_changed_in_the_web_page_is_lost_with_its_file(double: Double) -> None:
    init = double.folder / "data" / "init.json"
    with double.running():
        assert change_password(double, ADMIN[1], "changed").status == 200
        double.application.log_in(ADMIN[0], "changed")
    assert json.loads(init.read_text())["adminPassword"] == "changed"
    # With the next pod's own file, the old password is back.
    init.unlink()
    with double.running():
        double.application.log_in(*ADMIN)


def test_a_password_stays_where_its_file_cannot_be_written(double: Double) -> None:
    init = double.folder / "data" / "init.json"
    with double.running():
        kept = init.read_text()
        hook = double.folder / "read-only.js"
        hook.write_text(READ_ONLY_INIT)
    with double.running(NODE_OPTIONS=f"--require {hook}"):
        answer = change_password(double, ADMIN[1], "changed")
        # As recorded.
        assert (answer.status, answer.data["message"]) == (500, "Failed to update configuration file")
        double.application.log_in(*ADMIN)
    assert init.read_text() == kept


def test_what_nobody_caught_ends_the_process_well(double: Double) -> None:
    """Thrown from within, as there is no way to throw from outside."""
    hook = double.folder / "throw.js"
    hook.write_text("setTimeout(() => { throw new Error('thrown by the test') }, 2500)")
    with double.running():
        pass  # the set-up is a process too, and it is over
    with double.running(NODE_OPTIONS=f"--require {hook}") as process:
        assert process.wait(SECONDS) == 0
    assert "thrown by the test" in (double.folder / "logs" / "exceptions.log").read_text()
