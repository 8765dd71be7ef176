"""How the double starts and stops."""

import http.client
import signal
import socket
import time
from contextlib import ExitStack, closing

import pytest

from tests.e2e.application import Application
from tests.e2e.application_double.double import ADMIN, Double, Redis
from tests.e2e.processes import SECONDS, eventually, free_port


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


def test_a_start_clears_the_queues_unless_told_not_to(double: Double, redis: Redis) -> None:
    redis.ask("SET", "concurrency:queue:one", "1")
    with double.running(CLEAR_CONCURRENCY_QUEUES_ON_STARTUP="false"):
        assert redis.ask("GET", "concurrency:queue:one") == "1"
    with double.running():
        assert redis.ask("GET", "concurrency:queue:one") == ""


def test_a_stop_deletes_the_counters(double: Double, redis: Redis) -> None:
    with double.running() as process:
        redis.ask("SET", "concurrency:left", "1")
        redis.ask("SET", "other", "1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert redis.ask("KEYS", "concurrency:*") == ""
    assert redis.ask("GET", "other") == "1"
    assert "shutdown completed" in double.lines()[-1]


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
        eventually(double.answers, lambda: "it does not answer")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        eventually(lambda: not double.answers(), lambda: "it still accepts")
        if finished:
            upstream.ask("GET", "/finish")
            assert stream.rest()[-1] == 'data: {"type":"message_stop"}'
            assert process.wait(SECONDS) == 0
        else:
            assert process.wait(SECONDS) == 1
            assert time.monotonic() - begun >= 10


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
        assert time.monotonic() - begun >= 10
    assert "forced shutdown" in double.lines()[-1]
    assert redis.ask("GET", "concurrency:left") == "1"


def test_what_nobody_caught_ends_the_process_well(double: Double) -> None:
    """Thrown from within, as there is no way to throw from outside."""
    hook = double.folder / "throw.js"
    hook.write_text("setTimeout(() => { throw new Error('thrown by the test') }, 2500)")
    with double.running():
        pass  # the set-up is a process too, and it is over
    with double.running(NODE_OPTIONS=f"--require {hook}") as process:
        assert process.wait(SECONDS) == 0
    assert "thrown by the test" in (double.folder / "logs" / "exceptions.log").read_text()
