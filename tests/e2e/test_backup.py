"""The commands of "Backup and restore" in docs/operations.md, as they stand there, with a real Redis."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.documents import OPERATIONS, shell_blocks
from tests.e2e.redis_server import RedisError, RedisPod

STAND_IN = Path(__file__).parent / "kubectl_stand_in.py"
PASSWORD = "a-password"
AUTH = {"auth": {"enabled": True, "password": PASSWORD}}
KEYS = ("jwt-secret", "encryption-key", "admin-username", "admin-password")
FORMS = [{}, {"appendOnly": False}]


def commands(heading: str) -> list[str]:
    """The commands below a heading of the operator's book."""
    return shell_blocks(OPERATIONS, heading)


class Operator:
    """Who runs the commands in a folder, on the Redis of a pod."""

    def __init__(self, folder: Path, pod: RedisPod, release: Release) -> None:
        self.folder, self.pod, self.release = folder, pod, release
        self.state = folder / "cluster"
        self.state.mkdir()
        (self.state / "pod.json").write_text(json.dumps({"folder": str(pod.folder), "port": pod.port}))
        (self.state / "secret.json").write_text(json.dumps(release.get("Secret", "x-claude-relay-secret").at("data")))
        binaries = folder / "bin"
        binaries.mkdir()
        kubectl = binaries / "kubectl"
        kubectl.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} {self.state} "$@"\n')
        kubectl.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "REDISCLI_AUTH": PASSWORD,
        }

    def run(self, script: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{script}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def ask(self, *command: str) -> str:
        return self.pod.ask(*command, password=PASSWORD)

    @property
    def calls(self) -> list[str]:
        return (self.state / "calls").read_text().splitlines()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Redis with a kubelet, which starts it again whenever it ends."""
        stopped = threading.Event()
        processes = [self.pod.start(self.release, PASSWORD)]

        def restart() -> None:
            while not stopped.is_set():
                if processes[-1].poll() is not None:
                    processes.append(self.pod.start(self.release, PASSWORD))
                stopped.wait(0.1)

        kubelet = threading.Thread(target=restart)
        try:
            self.pod.wait_until_ready(processes[0], PASSWORD)
            kubelet.start()
            yield
        finally:
            stopped.set()
            kubelet.join()
            processes[-1].terminate()
            processes[-1].wait(30)


@pytest.fixture(params=FORMS, ids=str)
def operator(request: pytest.FixtureRequest, render: Callable[..., Release], tmp_path: Path) -> Operator:
    try:
        pod = RedisPod(tmp_path / "pod")
    except RedisError as error:
        pytest.exit(str(error), returncode=1)
    values: dict[str, Any] = {"redis": {**AUTH, **request.param}}
    return Operator(tmp_path, pod, render(values=values, release="x"))


def test_a_restore_brings_back_exactly_the_data_of_the_backup(operator: Operator) -> None:
    (backup,), (restore, _) = commands("Backup"), commands("Restore")
    with operator.running():
        operator.ask("SET", "account", "1")
        operator.ask("SET", "brief", "1", "EX", "1000")
        done = operator.run(backup)
        assert done.returncode == 0, done.stderr
        operator.ask("SET", "account", "changed")
        operator.ask("SET", "written-afterwards", "1")
        done = operator.run(restore)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == "2"
        assert (operator.ask("GET", "account"), operator.ask("EXISTS", "written-afterwards")) == ("1", "0")
        assert 0 < int(operator.ask("TTL", "brief")) <= 1000
        operator.ask("SET", "written-to-the-restored", "1")
    with operator.running():
        assert operator.ask("DBSIZE") == "3", "a further start keeps the restored data and what came after"
    assert operator.calls[-1].startswith("scale deployment my-claude-relay --replicas=1")


def test_an_incomplete_backup_is_refused_and_changes_nothing(operator: Operator) -> None:
    (backup,), (restore, _) = commands("Backup"), commands("Restore")
    with operator.running():
        operator.ask("SET", "account", "1")
        assert operator.run(backup).returncode == 0
        file = operator.folder / "redis.rdb"
        file.write_bytes(file.read_bytes()[:60])
        assert operator.run(restore).returncode != 0
        assert operator.ask("GET", "account") == "1"
    with operator.running():
        assert operator.ask("GET", "account") == "1"


def test_the_keys_of_the_backup_are_those_of_the_new_release(operator: Operator) -> None:
    (backup,), (_, anew) = commands("Backup"), commands("Restore")
    with operator.running():
        assert operator.run(backup).returncode == 0
    assert {path.stat().st_mode & 0o777 for path in operator.folder.iterdir() if path.name in KEYS} == {0o600}
    created = anew.partition("helm install")[0]
    assert operator.run(created).returncode == 0
    assert json.loads((operator.state / "relay-keys.json").read_text()) == json.loads(
        (operator.state / "secret.json").read_text()
    )
