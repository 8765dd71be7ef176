"""The recipe "Moving Redis" of the chart's README, as it stands there, from one real Redis to another."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.releases.release import Release
from tests.e2e.redis_server import RedisError, RedisPod

AUTH = {"redis": {"auth": {"enabled": True}}}


@pytest.fixture
def pods(tmp_path: Path) -> tuple[RedisPod, RedisPod]:
    """The earlier Redis and the new one, both empty."""
    try:
        return RedisPod(tmp_path / "before"), RedisPod(tmp_path / "after")
    except RedisError as error:
        pytest.exit(str(error), returncode=1)


def recipe(chart: Path, before: RedisPod, after: RedisPod) -> str:
    """The script that the README runs in the earlier Redis' container, with the addresses of the two."""
    text = (chart / "README.md").read_text(encoding="utf-8")
    found = re.search(r"-- sh -c '(.*?)' < new-password", text, re.DOTALL)
    assert found is not None
    address = "redis-cli -h redis.example.com -p 6379 -n 0 --tls"
    assert address in found.group(1)
    parts = found.group(1).split(address)
    earlier = (part.replace("redis-cli ", f"redis-cli -p {before.port} ") for part in parts)
    return f"redis-cli -p {after.port} -n 0".join(earlier)


@pytest.mark.parametrize("password", [None, "the-new-password"])
def test_all_keys_arrive_with_their_values_and_expiry_times(
    render: Callable[..., Release], chart: Path, pods: tuple[RedisPod, RedisPod], password: str | None
) -> None:
    before, after = pods
    old_password = "the-old-password"
    protected, open_ = render(values=AUTH), render()
    with before.running(protected, old_password), after.running(protected if password else open_, password):
        before.ask("SET", "a key with spaces", "1", password=old_password)
        before.ask("EVAL", r"redis.call('SET', 'binary', '\0\n\r\255 x\n')", "0", password=old_password)
        before.ask("HSET", "hash", "field", "value", password=old_password)
        before.ask("SET", "brief", "1", "EX", "1000", password=old_password)
        done = subprocess.run(
            ["sh", "-c", recipe(chart, before, after)],
            input=f"{password}\n" if password else "",
            env={**os.environ, "REDISCLI_AUTH": old_password},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "before: 4 keys, now: 4 keys" in done.stdout, done.stderr
        for key in ("a key with spaces", "binary", "hash", "brief"):
            dump = before.ask("--no-raw", "DUMP", key, password=old_password)
            assert dump.startswith('"')
            assert after.ask("--no-raw", "DUMP", key, password=password) == dump
        assert after.ask("PTTL", "hash", password=password) == "-1"
        assert 900_000 < int(after.ask("PTTL", "brief", password=password)) <= 1_000_000
