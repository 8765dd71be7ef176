"""Fluent Bit's stand-in as a plain process, with the chart's own configuration moved into a folder of the test."""

import base64
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from chartgate.releases.release import Release
from tests.e2e.images.receiver.inbox import Inbox
from tests.e2e.images.receiver.over_http import server
from tests.e2e.processes import SECONDS, eventually, free_port

IMAGES = Path(__file__).parent / "images"
CONFIGURATION = "/fluent-bit/etc/claude-relay"
FOLDERS = (CONFIGURATION, "/fluent-bit/state", "/app/logs")
POD = {"POD_IP": "127.0.0.1", "POD_NAME": "relay-0", "POD_NAMESPACE": "relay", "NODE_NAME": "node-1"}


class FluentBitProcess:
    """The sidecar of a rendered release. `logs` is the application's folder, `configuration` its main file,
    `output` what the process wrote."""

    def __init__(self, folder: Path, release: Release) -> None:
        self.folder = folder
        self.logs = self._inside("/app/logs")
        self.output = folder / "fluent-bit.log"
        for name in FOLDERS:
            self._inside(name).mkdir(parents=True)
        self.configuration = self._inside(CONFIGURATION) / "fluent-bit.conf"
        self.http_port = free_port()
        secret = release.find("Secret", "relay-claude-relay-fluent-bit")  # only for an output with credentials
        data = secret.at("data") if secret else {}
        self._credentials = {key: base64.b64decode(value).decode() for key, value in data.items()}
        config_map = release.get("ConfigMap", "relay-claude-relay-fluent-bit-config")
        for name, text in config_map.at("data").items():
            (self._inside(CONFIGURATION) / name).write_text(self._moved(text), encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The process; it gets SIGTERM at the end and has to end well."""
        started = self._starts()
        process = self.start()
        try:
            eventually(lambda: self._starts() > started, lambda: self.output.read_text())
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0, self.output.read_text()
        finally:
            process.kill()
            process.wait()

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "fluent_bit", f"--config={self.configuration}"]
        environment = {**os.environ, **POD, **self._credentials, "PYTHONPATH": str(IMAGES)}
        with self.output.open("ab") as output:
            return subprocess.Popen(command, env=environment, stdout=output, stderr=output)

    def _starts(self) -> int:
        return self.output.read_text().count("[engine] started") if self.output.exists() else 0

    def write(self, name: str, *lines: str) -> None:
        """Append lines to a log file, as the application does."""
        with (self.logs / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def _inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def _moved(self, text: str) -> str:
        for name in FOLDERS:
            text = text.replace(name, str(self._inside(name)))
        return re.sub(r"(HTTP_Port\s+)\d+", rf"\g<1>{self.http_port}", text)


@contextmanager
def receiving(port: int = 0, certificates: Path | None = None) -> Iterator[tuple[int, Inbox]]:
    """An HTTP receiver on this machine, or one of HTTPS with the certificate in a folder: its port, and what it got."""
    inbox = Inbox()
    receiver = server(port, inbox, certificates=certificates)
    Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        yield receiver.server_address[1], inbox
    finally:
        receiver.shutdown()
        receiver.server_close()
