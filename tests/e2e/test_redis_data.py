"""Redis' data survives what happens to it: restarts, a change of form, a crash in the middle, an earlier chart."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.e2e.processes import eventually, programs_of_group
from tests.e2e.redis_server import RedisError, RedisPod

Rendered = Callable[..., Release]
SNAPSHOTS = ("--save", "3600 1")


@pytest.fixture
def pod(tmp_path: Path) -> RedisPod:
    """A Redis with no data yet."""
    try:
        return RedisPod(tmp_path / "pod")
    except RedisError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def with_file(render: Rendered) -> Release:
    """The release as it is by default."""
    return render()


@pytest.fixture
def without_file(render: Rendered) -> Release:
    """The release with redis.appendOnly=false."""
    return render(values={"redis": {"appendOnly": False}})


def fill(pod: RedisPod, count: int, size: int = 10) -> None:
    script = f"for i=1,{count} do redis.call('set','key'..i,string.rep('x',{size})..math.random()) end"
    pod.ask("EVAL", script, "0")


def test_data_survives_a_restart_and_a_kill(pod: RedisPod, with_file: Release) -> None:
    with pod.running(with_file):
        pod.ask("SET", "a", "1")
    process = pod.start(with_file)
    pod.wait_until_ready(process)
    assert pod.ask("GET", "a") == "1"
    pod.ask("SET", "b", "2")
    pod.kill(process)
    with pod.running(with_file):
        assert (pod.ask("GET", "a"), pod.ask("GET", "b")) == ("1", "2")
    assert "WARNING: the last" not in pod.log.read_text(), "nothing was damaged"
    assert not list(pod.data.glob("appendonlydir.damaged-*"))


def test_the_data_of_an_earlier_chart_is_taken_over_once(pod: RedisPod, with_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        fill(pod, 1000)
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "1000"
        pod.ask("SET", "new", "1")
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "1001"
    assert pod.log.read_text().count("converting dump.rdb") == 1


def test_after_a_rollback_the_newer_data_is_taken_over(pod: RedisPod, with_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        pod.ask("SET", "old", "1")
    with pod.running(with_file):
        pod.ask("SET", "lost-by-the-rollback", "1")
    with pod.another_redis(*SNAPSHOTS):
        pod.ask("SET", "written-meanwhile", "1")
    with pod.running(with_file):
        assert pod.ask("GET", "old") == "1"
        assert pod.ask("GET", "written-meanwhile") == "1"
    assert list(pod.data.glob("appendonlydir.before-*")), "what was replaced is kept"


def test_the_form_can_be_changed_to_and_fro(pod: RedisPod, with_file: Release, without_file: Release) -> None:
    for number, release in enumerate([with_file, without_file, with_file, without_file]):
        with pod.running(release):
            assert pod.ask("DBSIZE") == str(number)
            pod.ask("SET", f"key{number}", "x")
    told = [line for line in pod.log.read_text().splitlines() if line.startswith("converting")]
    assert told == [
        "converting the append-only file to dump.rdb",
        "converting dump.rdb to the append-only file",
        "converting the append-only file to dump.rdb",
    ]
    assert list(pod.data.glob("dump.rdb.before-*")), "what was replaced is kept"
    assert list(pod.data.glob("appendonlydir.before-*"))


def test_nothing_but_redis_runs_after_a_conversion(pod: RedisPod, with_file: Release, without_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        pod.ask("SET", "a", "1")
    for release in (with_file, without_file):
        process = pod.start(release)
        try:
            pod.wait_until_ready(process)
            assert programs_of_group(process.pid) == ["redis-server"], "another one would need as much memory again"
        finally:
            pod.kill(process)


def test_a_pod_that_is_deleted_during_a_conversion_ends_at_once(pod: RedisPod, with_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        fill(pod, 50_000, 500)
    process = pod.start(with_file)
    try:
        eventually((pod.folder / "run/redis/takeover.sock").exists, pod.log.read_text)
        process.terminate()
        assert process.wait(5) == 143
        eventually(lambda: not programs_of_group(process.pid), lambda: programs_of_group(process.pid))
    finally:
        pod.kill(process)
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "50000"


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AbstractContextManager[None]]:
    """Lets a program fail in a block, as on a volume that has errors."""

    @contextmanager
    def failing(program: str) -> Iterator[None]:
        folder = tmp_path / "failing"
        folder.mkdir(exist_ok=True)
        path = folder / program
        path.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        path.chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
            yield
        path.unlink()

    return failing


@pytest.mark.parametrize(
    ("append_only", "program"),
    [(True, "sync"), (True, "mv"), (True, "stat"), (False, "sync"), (False, "mv")],
)
def test_a_step_of_a_conversion_that_fails_loses_nothing(
    pod: RedisPod, with_file: Release, without_file: Release, failing: Any, append_only: bool, program: str
) -> None:
    before, after = (without_file, with_file) if append_only else (with_file, without_file)
    with pod.running(before):
        fill(pod, 10)
    with failing(program), pytest.raises(RedisError), pod.running(after):
        pass
    with pod.running(after):
        assert pod.ask("DBSIZE") == "10"


@pytest.mark.parametrize("program", ["sync", "mv"])
def test_a_step_of_a_repair_that_fails_changes_nothing(
    pod: RedisPod, with_file: Release, failing: Any, program: str
) -> None:
    with pod.running(with_file):
        fill(pod, 10)
    damaged = add_garbage(pod)
    with failing(program), pytest.raises(RedisError), pod.running(with_file):
        pass
    assert last_file(pod).read_bytes() == damaged
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "10"


def test_a_take_over_on_a_full_volume_is_told_and_loses_nothing(pod: RedisPod, with_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        fill(pod, 1000, 1000)
    # What a process writes into one file is limited here, and no longer written at some point, as on a full volume.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        process = pod.start(with_file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    try:
        assert process.wait(20) == 1
    finally:
        pod.kill(process)
    assert "Redis cannot write the append-only file. No data is lost" in pod.log.read_text()
    assert not (pod.data / "appendonlydir").exists()
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "1000"


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_an_interrupted_conversion_has_left_does_not_hinder_the_other_one(
    pod: RedisPod, with_file: Release, without_file: Release, is_folder: bool
) -> None:
    """To the append-only file it leaves a folder, and to dump.rdb a file, of the same name."""
    with pod.another_redis(*SNAPSHOTS) if not is_folder else pod.running(with_file):
        pod.ask("SET", "a", "1")
    left = pod.data / "takeover.tmp"
    if is_folder:
        left.mkdir()
        (left / "appendonly.aof.1.incr.aof").touch()
    else:
        left.write_bytes(b"REDIS0011")
    with pod.running(without_file if is_folder else with_file):
        assert pod.ask("GET", "a") == "1"


@pytest.mark.parametrize("pause", [0.2, 0.5, 0.8, 1.1])
def test_a_kill_during_the_take_over_loses_nothing(pod: RedisPod, with_file: Release, pause: float) -> None:
    with pod.another_redis(*SNAPSHOTS):
        fill(pod, 50_000, 500)
    process = pod.start(with_file)
    # Not a wait for something: the kill falls wherever the take-over is by then.
    time.sleep(pause)
    pod.kill(process)
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "50000"


def test_a_dump_that_cannot_be_read_is_told_and_left_alone(pod: RedisPod, with_file: Release) -> None:
    (pod.data / "dump.rdb").write_bytes(b"REDIS9999 this is none")
    with pytest.raises(RedisError, match=r"Redis cannot read the data\. No data is lost"), pod.running(with_file):
        pass
    assert (pod.data / "dump.rdb").read_bytes() == b"REDIS9999 this is none"
    assert not (pod.data / "appendonlydir").exists()


PASSWORDS = [
    "simple",
    'a"b',
    "back\\slash",
    "\\x41",
    "$HOME `id` $(id)",
    "# not a comment",
    " blanks ",
    "日本",
    "'",
    "%s%n",
    "-n",
]


@pytest.mark.parametrize("password", PASSWORDS)
def test_every_password_arrives_whole(pod: RedisPod, render: Rendered, password: str) -> None:
    release = render(values={"redis": {"auth": {"enabled": True, "password": password}}})
    with pod.running(release, password):
        assert pod.ask("PING", password=password) == "PONG"
        assert "NOAUTH" in pod.ask("PING")
        assert password not in arguments_of_redis()
        assert (pod.folder / "run/redis/redis.conf").stat().st_mode & 0o077 == 0, "others could read it"


def arguments_of_redis() -> list[Any]:
    """The argument lists of all Redis processes of this machine."""
    lists = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it ended meanwhile
            continue
        if "redis-server" in words[0]:
            lists += words
    assert lists
    return lists


def last_file(pod: RedisPod) -> Path:
    (path,) = (pod.data / "appendonlydir").glob("*.incr.aof")
    return path


def add_garbage(pod: RedisPod) -> bytes:
    """Damage the end of the append-only file; gives what is in it then."""
    path = last_file(pod)
    path.write_bytes(path.read_bytes() + b"garbage")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("tail", "cut", "lost"),
    [
        (b"\0" * 4096, 0, 0),
        (b"*3\r\n$3\r\nSET\r\n$1\r\n", 0, 0),
        (b"garbage", 0, 0),
        (b"", 3, 1),
        (b"\0" * 512, 3, 1),
    ],
    ids=["zeros", "half a record", "garbage", "cut", "cut and zeros"],
)
def test_a_damaged_tail_is_cut_told_and_kept(
    pod: RedisPod, with_file: Release, tail: bytes, cut: int, lost: int
) -> None:
    # Each key is a record of its own, so that the damage can only cost the last one.
    with pod.running(with_file):
        for number in range(20):
            pod.ask("SET", f"a{number}", "x")
    path = last_file(pod)
    path.write_bytes(path.read_bytes()[: path.stat().st_size - cut] + tail)
    damaged = path.read_bytes()
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == str(20 - lost)
        pod.ask("SET", "after", "1")
    assert "WARNING: the last" in pod.log.read_text()
    (kept,) = pod.data.glob("appendonlydir.damaged-*/*.incr.aof")
    assert kept.read_bytes() == damaged
    with pod.running(with_file):
        assert pod.ask("GET", "after") == "1"


def test_more_damage_than_a_tail_is_not_cut_without_being_told_to(pod: RedisPod, render: Rendered) -> None:
    release = render()
    with pod.running(release):
        for number in range(20):
            pod.ask("SET", f"a{number}", "x" * 100_000)
    path = last_file(pod)
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 0xFF
    middle = content.index(b"\r\n$3\r\nSET", len(content) // 4)
    content[middle + 2 : middle + 4] = b"!!"
    path.write_bytes(content)
    with pytest.raises(RedisError, match="no file was changed: a repair would remove the last"), pod.running(release):
        pass
    assert path.read_bytes() == content
    assert not list(pod.data.glob("repair.tmp"))
    with pod.running(render(values={"redis": {"appendOnlyRepair": "all"}})):
        assert 0 < int(pod.ask("DBSIZE")) < 20


def test_a_repair_that_was_interrupted_goes_on(pod: RedisPod, with_file: Release) -> None:
    with pod.running(with_file):
        pod.ask("SET", "a", "1")
    (pod.data / "appendonlydir").rename(pod.data / "repair.tmp")
    with pod.running(with_file):
        assert pod.ask("GET", "a") == "1"


def test_a_half_copy_of_an_interrupted_repair_is_made_anew(pod: RedisPod, with_file: Release) -> None:
    with pod.running(with_file):
        fill(pod, 10)
    add_garbage(pod)
    copy = pod.data / "repair.tmp"
    copy.mkdir()
    (copy / last_file(pod).name).write_bytes(b"*3")
    with pod.running(with_file):
        assert pod.ask("DBSIZE") == "10"
    assert not copy.exists()


def test_a_damaged_tail_is_cut_before_the_file_is_given_up(
    pod: RedisPod, with_file: Release, without_file: Release
) -> None:
    with pod.running(with_file):
        fill(pod, 10)
    add_garbage(pod)
    with pod.running(without_file):
        assert pod.ask("DBSIZE") == "10"


def test_damage_that_cannot_be_repaired_is_told_and_left_alone(pod: RedisPod, with_file: Release) -> None:
    with pod.another_redis(*SNAPSHOTS):
        fill(pod, 10)
    with pod.running(with_file):
        pass
    (path,) = (pod.data / "appendonlydir").glob("*.base.rdb")
    content = path.read_bytes()
    damaged = content[: len(content) // 2] + b"\xff" * 40
    path.write_bytes(damaged)
    told = "redis-check-aof cannot repair it: restore a backup"
    with pytest.raises(RedisError, match=told) as refusal, pod.running(with_file):
        pass
    assert "RDB ERROR DETECTED" in str(refusal.value), "what redis-check-aof says"
    assert path.read_bytes() == damaged
    assert not list(pod.data.glob("repair.tmp"))


def test_a_full_redis_refuses_writes_and_lives(pod: RedisPod, render: Rendered) -> None:
    release = render(values={"redis": {"maxMemory": "8Mi"}})
    with pod.running(release):
        answers = [pod.ask("SET", f"a{number}", "x" * 100_000) for number in range(120)]
        assert answers[0] == "OK"
        assert answers[-1].startswith("OOM command not allowed")
        assert pod.ask("PING") == "PONG"
        assert pod.ask("CONFIG", "GET", "maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]
