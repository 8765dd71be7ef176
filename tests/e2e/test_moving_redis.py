"""The commands of "Moving Redis" in docs/operations.md, as they stand there, from one real Redis to another."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.releases.release import Release
from tests.documents import OPERATIONS
from tests.e2e.redis_server import RedisError, RedisPod

AUTH = {"redis": {"auth": {"enabled": True}}}


@pytest.fixture
def pods(tmp_path: Path) -> tuple[RedisPod, RedisPod]:
    """The earlier Redis and the new one, both empty."""
    try:
        return RedisPod(tmp_path / "before"), RedisPod(tmp_path / "after")
    except RedisError as error:
        pytest.exit(str(error), returncode=1)


ADDRESS = "redis-cli -h redis.example.com -p 6379 -n 0 --tls"


def script(password_file: str, own: RedisPod, external: RedisPod) -> str:
    """The script that runs in the container of the release's Redis, with the addresses of the two."""
    found = re.search(rf"-- sh -c '([^']*?)' < {password_file}", OPERATIONS.read_text(encoding="utf-8"))
    assert found is not None
    assert ADDRESS in found.group(1)
    parts = found.group(1).split(ADDRESS)
    moved = (part.replace("redis-cli ", f"redis-cli -p {own.port} ") for part in parts)
    return f"redis-cli -p {external.port} -n 0".join(moved)


@pytest.mark.parametrize("password", [None, "the-external-password"])
@pytest.mark.parametrize("direction", ["to", "from"])
def test_all_keys_arrive_with_their_values_and_expiry_times(
    render: Callable[..., Release], pods: tuple[RedisPod, RedisPod], direction: str, password: str | None
) -> None:
    own, external = pods
    own_password = "the-own-password"
    protected, open_ = render(values=AUTH), render()
    passwords = {own: own_password, external: password}
    before, after = (own, external) if direction == "to" else (external, own)
    with own.running(protected, own_password), external.running(protected if password else open_, password):
        before.ask("SET", "a key with spaces", "1", password=passwords[before])
        before.ask("EVAL", r"redis.call('SET', 'binary', '\0\n\r\255 x\n')", "0", password=passwords[before])
        before.ask("HSET", "hash", "field", "value", password=passwords[before])
        before.ask("SET", "brief", "1", "EX", "1000", password=passwords[before])
        done = subprocess.run(
            ["sh", "-c", script("new-password" if direction == "to" else "old-password", own, external)],
            input=f"{password}\n" if password else "",
            env={**os.environ, "REDISCLI_AUTH": own_password},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "before: 4 keys, now: 4 keys" in done.stdout, done.stderr
        for key in ("a key with spaces", "binary", "hash", "brief"):
            dump = before.ask("--no-raw", "DUMP", key, password=passwords[before])
            assert dump.startswith('"')
            assert after.ask("--no-raw", "DUMP", key, password=passwords[after]) == dump
        assert after.ask("PTTL", "hash", password=passwords[after]) == "-1"
        assert 900_000 < int(after.ask("PTTL", "brief", password=passwords[after])) <= 1_000_000
