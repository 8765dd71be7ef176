"""A real OCI registry: Debian's docker-registry (CNCF Distribution), on this machine."""

import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.e2e.certificates import make_certificates
from tests.e2e.processes import free_port

PROGRAM = "docker-registry"
READY_SECONDS = 30


class RegistryError(Exception):
    """The registry cannot be started; the text has its log."""


@dataclass(frozen=True)
class Registry:
    """A running registry. `address` is host and port; `storage` is the folder with its blobs."""

    address: str
    storage: Path


@contextmanager
def running_registry(folder: Path, *, tls: bool = False) -> Iterator[Registry]:
    """Start the registry with its data in `folder`, and stop it at the end of the block.

    Args:
        tls: serve HTTPS with a certificate of the authority `ca.crt`, which is made in `folder`.

    Raises:
        RegistryError: it is not installed, ends, or does not answer within 30 s.
    """
    if not shutil.which(PROGRAM):
        raise RegistryError(f"{PROGRAM} is not on PATH: install Debian's package docker-registry")
    port = free_port()
    address = f"localhost:{port}" if tls else f"127.0.0.1:{port}"
    if tls:
        make_certificates(folder, "localhost")
    certificates = {"certificate": str(folder / "server.crt"), "key": str(folder / "server.key")}
    storage = folder / "storage"
    settings = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(storage)}},
        "http": {"addr": f"127.0.0.1:{port}", **({"tls": certificates} if tls else {})},
    }
    (folder / "config.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML too
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([PROGRAM, "serve", str(folder / "config.yml")], stdout=output, stderr=output)
    try:
        trust = ssl.create_default_context(cafile=folder / "ca.crt") if tls else None
        _wait_until_ready(process, address, log, trust)
        yield Registry(address, storage)
    finally:
        process.terminate()
        process.wait(READY_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path, trust: ssl.SSLContext | None) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with _ask(address, trust) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RegistryError(f"{PROGRAM} is not ready:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


def _ask(address: str, trust: ssl.SSLContext | None) -> Any:
    if trust:
        return urlopen(f"https://{address}/v2/", timeout=5, context=trust)
    return urlopen(f"http://{address}/v2/", timeout=5)
