"""etcd and kube-apiserver as plain processes.

There are no controllers, no nodes and no kubelet. The answers are those of any API server, with the admission plugins
that are on by default but ServiceAccount.
"""

import base64
import http.client
import json
import os
import secrets
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.interrupts import interrupts_at_the_end, sigterm_as_interrupt

READY_SECONDS = 90
STOP_SECONDS = 20
LOG_TAIL = 4000
LONGEST_TEMPORARY = 70


@dataclass(frozen=True)
class ControlPlane:
    """A running API server on 127.0.0.1.

    `certificate` is the file of its self-signed certificate. `token` and `kubeconfig` give every right on the server,
    so only the owner can read the file. `folder` is removed with the server.
    """

    port: int
    certificate: Path
    token: str
    kubeconfig: Path
    folder: Path


@dataclass(frozen=True)
class _Program:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return f"--- the end of {self.name}'s log ---\n{text[-LOG_TAIL:]}"


@contextmanager
def running_control_plane(assets: Path) -> Iterator[ControlPlane]:
    """Start the control plane, and stop it at the end of the block, also after an error or an interrupt.

    The user's own KUBECONFIG is not read. Several can run at once: each has a port and a folder of its own.

    Raises:
        GateError: it does not become ready; the message has the last lines of the logs.
    """
    with ExitStack() as stack:
        stack.enter_context(sigterm_as_interrupt())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chartgate-", dir=_temporary())))
        token = secrets.token_urlsafe(32)
        _write_private(folder / "tokens.csv", f"{token},operator,operator,system:masters\n")
        _write_private(folder / "service-accounts.key", _ec_private_key())
        port = stack.enter_context(_reserved_port())
        programs = [
            stack.enter_context(_running(assets / "etcd", folder, _etcd_arguments(folder))),
            stack.enter_context(_running(assets / "kube-apiserver", folder, _apiserver_arguments(folder, port))),
        ]
        certificate = folder / "apiserver.crt"
        _wait_until_ready(programs, port, certificate, token)
        kubeconfig = folder / "kubeconfig"
        _write_private(kubeconfig, _kubeconfig(port, certificate, token))
        yield ControlPlane(port, certificate, token, kubeconfig, folder)


def _temporary() -> str | None:
    """Where temporary folders are made; None for the default.

    The path of a Unix socket has room for about a hundred characters.
    """
    return "/tmp" if len(tempfile.gettempdir()) > LONGEST_TEMPORARY else None  # noqa: S108 (the folder is private)


def _etcd_arguments(folder: Path) -> list[str]:
    # Sockets in the private folder: etcd asks for no password, and a TCP port would be open to the whole machine.
    clients, peers = f"unix://{folder}/etcd.sock", f"unix://{folder}/peer.sock"
    return [
        f"--data-dir={folder}/etcd",
        "--unsafe-no-fsync",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
    ]


def _apiserver_arguments(folder: Path, port: int) -> list[str]:
    return [
        f"--etcd-servers=unix://{folder}/etcd.sock",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",  # the Service "kubernetes" needs no endpoints, and may have no loopback ones
        f"--secure-port={port}",
        "--permit-port-sharing",  # with the socket that reserves the port
        f"--cert-dir={folder}",  # where it puts the certificate that it makes for itself
        f"--token-auth-file={folder}/tokens.csv",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder}/service-accounts.key",
        f"--service-account-signing-key-file={folder}/service-accounts.key",
        "--service-cluster-ip-range=10.0.0.0/16,fd00:10::/112",  # a Service may ask for both families
        # As envtest: no controller makes the ServiceAccount "default" that this plugin asks for.
        "--disable-admission-plugins=ServiceAccount",
    ]


@contextmanager
def _running(program: Path, folder: Path, arguments: list[str]) -> Iterator[_Program]:
    log = folder / f"{program.name}.log"
    with log.open("wb") as output, ExitStack() as cleanup:
        with interrupts_at_the_end():
            try:
                process = subprocess.Popen(
                    [str(program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "GOGC": "400"},  # less time for more memory: it runs for about a minute
                    start_new_session=True,  # Ctrl-C must not end it before its client
                )
            except OSError as error:
                raise GateError(f"{program} cannot be run: {error.strerror}") from error
            cleanup.callback(_stop, process)
        yield _Program(program.name, process, log)


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.terminate()
        process.wait(STOP_SECONDS)
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(programs: list[_Program], port: int, certificate: Path, token: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        for program in programs:
            if program.process.poll() is not None:
                raise GateError(
                    f"{program.name} ended with exit code {program.process.returncode} before it was ready\n"
                    f"{program.tail()}"
                )
        try:
            answer = _readyz(port, certificate, token)
        except (OSError, http.client.HTTPException) as error:
            answer = str(error)
        if answer == "ok":
            return
        time.sleep(0.05)
    logs = "\n".join(program.tail() for program in programs)
    raise GateError(f"the API server was not ready after {READY_SECONDS} s: {answer}\n{logs}")


def _readyz(port: int, certificate: Path, token: str) -> str:
    context = ssl.create_default_context(cafile=str(certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        connection.request("GET", "/readyz", headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@contextmanager
def _reserved_port() -> Iterator[int]:
    """A free port. The socket is bound and does not listen, so that no other program gets the port."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _ec_private_key() -> str:
    """A new P-256 key in PEM. The encoding (RFC 5915, without the optional public half) is fixed but for the number."""
    number = (secrets.randbits(255) or 1).to_bytes(32, "big")
    der = bytes.fromhex("30310201010420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(der).decode()}-----END EC PRIVATE KEY-----\n"


def _kubeconfig(port: int, certificate: Path, token: str) -> str:
    """JSON, which is YAML too."""
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(certificate)}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "chartgate", "cluster": cluster}],
            "users": [{"name": "operator", "user": {"token": token}}],
            "contexts": [{"name": "chartgate", "context": {"cluster": "chartgate", "user": "operator"}}],
            "current-context": "chartgate",
        }
    )
