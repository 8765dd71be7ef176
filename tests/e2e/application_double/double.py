"""The application's double as a process, and a Redis for it: no Docker is needed."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.application import Application
from tests.e2e.processes import eventually, free_port

IMAGE = Path(__file__).parents[1] / "images" / "application"
ADMIN = ("chief", "first password")
ENVIRONMENT = {
    "JWT_SECRET": "jwt",
    "ENCRYPTION_KEY": "first key",
    "ADMIN_USERNAME": ADMIN[0],
    "ADMIN_PASSWORD": ADMIN[1],
    "HOST": "127.0.0.1",
    "REDIS_HOST": "127.0.0.1",
}


class Redis:
    """A Redis process with data of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        folder.mkdir()
        self.command = [
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
        self._process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        eventually(self._answers, lambda: "Redis does not start")

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
            eventually(lambda: process.poll() is not None or self.answers(), self.output.read_text)
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
