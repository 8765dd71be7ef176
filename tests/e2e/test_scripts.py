"""The scripts of the init containers: they wait for a real Redis, write the administrator, and collect authorities."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.e2e.certificates import make_certificates
from tests.e2e.pod_scripts import write_scripts
from tests.e2e.processes import free_port
from tests.e2e.redis_server import RedisPod


@pytest.fixture
def scripts(render: Callable[..., Release], tmp_path: Path) -> Path:
    """The scripts of the default release, in a folder."""
    if shutil.which("node") is None:
        pytest.exit("node is not on PATH: install Node.js 18 or later", returncode=1)
    return write_scripts(render(), tmp_path / "scripts")


@pytest.fixture
def wait(scripts: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts waiting for the Redis of a pod, with the environment that the init container has."""
    started: list[subprocess.Popen[str]] = []

    def wait(pod: RedisPod, **environment: str) -> "subprocess.Popen[str]":
        redis = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(pod.port), "REDIS_DB": "0", "REDIS_ENABLE_TLS": "false"}
        command = ["node", str(scripts / "wait-for-redis.js")]
        process = subprocess.Popen(
            command, env={**os.environ, **redis, **environment}, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield wait
    for process in started:
        process.kill()
        process.communicate()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.fixture
def pod(tmp_path: Path) -> RedisPod:
    return RedisPod(tmp_path / "pod")


def test_waiting_ends_when_redis_comes(pod: RedisPod, wait: Any, render: Callable[..., Release]) -> None:
    waiting = wait(pod)
    assert "ECONNREFUSED" in line(waiting)
    time.sleep(2.5)  # it asks again meanwhile, and says nothing new
    with pod.running(render()):
        assert "answers" in line(waiting)
        assert waiting.wait(10) == 0


@pytest.mark.parametrize("password", [None, "wrong-SECRET"])
def test_a_refusal_is_told_without_the_password(
    pod: RedisPod, wait: Any, render: Callable[..., Release], password: str | None
) -> None:
    release = render(values={"redis": {"auth": {"enabled": True, "password": "right"}}})
    with pod.running(release, "right"):
        told = line(wait(pod, **({"REDIS_PASSWORD": password} if password else {})))
        assert ("WRONGPASS" if password else "NOAUTH") in told
        assert "SECRET" not in told
        assert wait(pod, REDIS_PASSWORD="right").wait(10) == 0


def test_a_password_that_is_not_asked_for_is_no_obstacle(
    pod: RedisPod, wait: Any, render: Callable[..., Release]
) -> None:
    with pod.running(render()):
        assert wait(pod, REDIS_PASSWORD="needless").wait(10) == 0


def test_a_database_that_does_not_exist_is_reported(pod: RedisPod, wait: Any, render: Callable[..., Release]) -> None:
    with pod.running(render()):
        assert "DB index is out of range" in line(wait(pod, REDIS_DB="99"))


def test_waiting_ends_with_the_pod(pod: RedisPod, wait: Any) -> None:
    waiting = wait(pod)
    assert line(waiting)
    waiting.terminate()
    assert waiting.wait(10) == 143


def test_waiting_for_a_redis_with_tls_asks_for_a_certificate_that_is_trusted(
    pod: RedisPod, wait: Any, tmp_path: Path
) -> None:
    make_certificates(tmp_path, "localhost")
    encrypted = {"REDIS_HOST": "localhost", "REDIS_PORT": str(free_port()), "REDIS_ENABLE_TLS": "true"}
    files = ["--tls-cert-file", f"{tmp_path}/server.crt", "--tls-key-file", f"{tmp_path}/server.key"]
    with pod.another_redis(
        "--tls-port",
        encrypted["REDIS_PORT"],
        "--tls-auth-clients",
        "no",
        *files,
        "--tls-ca-cert-file",
        f"{tmp_path}/ca.crt",
    ):
        assert "certificate" in line(wait(pod, **encrypted))
        assert wait(pod, **encrypted, NODE_EXTRA_CA_CERTS=f"{tmp_path}/ca.crt").wait(10) == 0


def test_a_connection_that_is_closed_is_told(pod: RedisPod, wait: Any) -> None:
    """A proxy without a Redis behind it closes each connection."""
    with socket.create_server(("127.0.0.1", pod.port)) as server:
        waiting = wait(pod)
        connection, _ = server.accept()
        connection.recv(1000)
        connection.close()
        assert "the connection was closed" in line(waiting)


ADMINISTRATOR = {"ADMIN_USERNAME": "operator", "ADMIN_PASSWORD": 'a "hostile" \\ $password #1'}


def run_administrator(
    scripts: Path, data: Path, *options: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    command = ["node", *options, str(scripts / "administrator.js"), str(data)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=20, check=False, env={**os.environ, **environment}
    )


def test_the_administrator_is_written_as_the_application_writes_it_and_the_password_is_not_printed(
    scripts: Path, tmp_path: Path
) -> None:
    done = run_administrator(scripts, tmp_path, **ADMINISTRATOR)
    assert done.returncode == 0, done.stderr
    init = json.loads((tmp_path / "init.json").read_text(encoding="utf-8"))
    assert set(init) == {"initializedAt", "adminUsername", "adminPassword", "version"}
    assert (init["adminUsername"], init["adminPassword"]) == tuple(ADMINISTRATOR.values())
    assert "init.json is written from the Secret" in done.stdout
    assert "password #1" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.glob("init.json*")] == ["init.json"]
    assert (tmp_path / "init.json").stat().st_mode & 0o007 == 0


def test_a_password_that_was_changed_in_the_web_page_stays(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "init.json").write_text('{"adminPassword": "changed"}')
    done = run_administrator(scripts, tmp_path, **ADMINISTRATOR)
    assert done.returncode == 0
    assert (tmp_path / "init.json").read_text() == '{"adminPassword": "changed"}'
    assert "is there already" in done.stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder /app/data of a pod, which is empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def before_the_link(tmp_path: Path, program: str) -> tuple[str, str]:
    """The options with which Node.js runs a program in the moment before the script makes the file visible."""
    path = tmp_path / "before-the-link.js"
    changed = f"fs.linkSync = (from, to) => {{ {program}; link(from, to) }}"
    path.write_text(f"const fs = require('fs'); const link = fs.linkSync; {changed}")
    return "--require", str(path)


def test_of_two_pods_that_start_at_once_one_writes_the_administrator(scripts: Path, tmp_path: Path, data: Path) -> None:
    other = before_the_link(tmp_path, "fs.writeFileSync(to, 'by another pod')")
    done = run_administrator(scripts, data, *other, **ADMINISTRATOR)
    assert done.returncode == 0, done.stderr
    assert "was written by another pod meanwhile" in done.stdout
    assert {path.name: path.read_text() for path in data.iterdir()} == {"init.json": "by another pod"}


def test_the_administrator_is_written_on_a_file_system_without_links(scripts: Path, tmp_path: Path, data: Path) -> None:
    refused = before_the_link(tmp_path, "throw Object.assign(new Error('link'), {code: 'EPERM'})")
    done = run_administrator(scripts, data, *refused, **ADMINISTRATOR)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in data.iterdir()] == ["init.json"]
    init = json.loads((data / "init.json").read_text(encoding="utf-8"))
    assert init["adminPassword"] == ADMINISTRATOR["ADMIN_PASSWORD"]


@pytest.mark.parametrize("name", list(ADMINISTRATOR))
def test_an_administrator_without_name_or_password_is_refused(scripts: Path, tmp_path: Path, name: str) -> None:
    done = run_administrator(scripts, tmp_path, **{**ADMINISTRATOR, name: ""})
    assert done.returncode == 1
    assert "set both in the Secret" in done.stderr
    assert not (tmp_path / "init.json").exists()


def test_node_trusts_every_authority_of_the_bundle(scripts: Path, tmp_path: Path) -> None:
    authorities = tmp_path / "authorities"
    authorities.mkdir()
    folders = [tmp_path / name for name in ("redis", "company")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        make_certificates(folder, "localhost")
        # Without the last line break, as a Secret may have it.
        (authorities / f"{number}.crt").write_text((folder / "ca.crt").read_text().rstrip("\n"))
    bundle = tmp_path / "ca.crt"
    environment = {"AUTHORITIES": str(authorities), "BUNDLE": str(bundle)}
    subprocess.run(["sh", str(scripts / "authorities.sh")], env={**os.environ, **environment}, check=True)
    program = """
      const read = (name) => require('fs').readFileSync(`${process.argv[1]}/${name}`);
      const [key, cert] = [read('server.key'), read('server.crt')];
      const server = require('tls').createServer({key, cert}).listen(0, 'localhost', () => {
        require('tls').connect({port: server.address().port, host: 'localhost'}, () => process.exit(0))
          .on('error', (error) => { console.error(error.message); process.exit(1); });
      });"""
    for folder in folders:
        trusted = {**os.environ, "NODE_EXTRA_CA_CERTS": str(bundle)}
        done = subprocess.run(
            ["node", "-e", program, str(folder)], env=trusted, capture_output=True, text=True, timeout=20
        )
        assert done.returncode == 0, done.stderr
        unknown = subprocess.run(["node", "-e", program, str(folder)], capture_output=True, timeout=20, check=False)
        assert unknown.returncode == 1


@pytest.mark.parametrize("authorities", [["readable.crt", "missing.crt"], []], ids=["one is missing", "none"])
def test_an_authority_that_cannot_be_read_ends_the_start(scripts: Path, tmp_path: Path, authorities: list[str]) -> None:
    """Without it, the application would start, and no connection would be trusted."""
    folder = tmp_path / "authorities"
    folder.mkdir()
    (tmp_path / "readable.crt").write_text("x")
    for name in authorities:
        (folder / name).symlink_to(tmp_path / name)
    environment = {"AUTHORITIES": str(folder), "BUNDLE": str(tmp_path / "bundle.crt")}
    command = ["sh", str(scripts / "authorities.sh")]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "No such file" in done.stderr
