"""A real Redis, started as the chart's pod starts it: the rendered script and configuration, in folders of its own."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chartgate.releases.release import Release
from tests.e2e.processes import free_port

READY_SECONDS = 30
FOLDERS = ("/data", "/run/redis", "/etc/redis")


class RedisError(Exception):
    """Redis cannot be started or does not answer; the text has its log."""


def require_redis() -> None:
    """Raises RedisError where there is no Redis 7 or later: without one nothing would be tested."""
    if not (shutil.which("redis-server") and shutil.which("redis-cli")):
        raise RedisError("redis-server and redis-cli are not on PATH: install Redis 7 or later")


class RedisPod:
    """The Redis container of a release: its files and its folders, without the container around them."""

    def __init__(self, folder: Path) -> None:
        require_redis()
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.data.mkdir(parents=True)
        self.port = free_port()

    @contextmanager
    def running(self, release: Release, password: str | None = None) -> Iterator["RedisPod"]:
        """Redis, ready; stopped with SIGTERM at the end.

        Raises:
            RedisError: it ends or is not ready within 30 s.
        """
        process = self.start(release, password)
        try:
            self.wait_until_ready(process, password)
            yield self
        finally:
            process.terminate()
            try:
                process.wait(READY_SECONDS)
            finally:
                self.kill(process)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End all programs of the pod at once, as the container runtime does when the first one has ended."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start(self, release: Release, password: str | None = None) -> subprocess.Popen[bytes]:
        """The container's command, in a process group of its own so that it can be killed as a pod is."""
        redis = release.only("StatefulSet")
        files = release.get("ConfigMap", f"{redis.name}-config").at("data")
        for name, text in files.items():
            path = self._inside(f"/etc/redis/{name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._moved(text), encoding="utf-8")
        shutil.rmtree(self._inside("/run/redis"), ignore_errors=True)
        self._inside("/run/redis").mkdir(parents=True)
        command = [self._moved(word) for word in redis.container("redis").manifest["command"]]
        plain = {name: entry["value"] for name, entry in redis.container("redis").env.items() if "value" in entry}
        environment = {**os.environ, **plain, **({"REDIS_PASSWORD": password} if password is not None else {})}
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def wait_until_ready(self, process: subprocess.Popen[bytes], password: str | None = None) -> None:
        """Raises RedisError when it ends or is not ready in time."""
        deadline = time.monotonic() + READY_SECONDS
        while self.ask("PING", password=password) != "PONG":
            if process.poll() is not None or time.monotonic() > deadline:
                raise RedisError(f"Redis is not ready:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.05)

    def ask(self, *command: str, password: str | None = None) -> str:
        """Redis' answer as text; empty when it does not answer."""
        environment = {**os.environ, **({"REDISCLI_AUTH": password} if password is not None else {})}
        call = ["redis-cli", "--no-auth-warning", "-p", str(self.port), *command]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout.strip()

    @contextmanager
    def another_redis(self, *options: str) -> Iterator["RedisPod"]:
        """A Redis without the chart's configuration on the same data, as an earlier chart ran it."""
        command = ["redis-server", "--port", str(self.port), "--dir", str(self.data), *options]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self.wait_until_ready(process)
            yield self
        finally:
            process.terminate()
            process.wait(READY_SECONDS)

    def _inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def _moved(self, text: str) -> str:
        """The text with the container's folders and port replaced by this pod's."""
        for folder in FOLDERS:
            text = text.replace(folder, str(self._inside(folder)))
        return text.replace("port 6379", f"port {self.port}")
