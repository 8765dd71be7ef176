"""The stand-in for Fluent Bit does with every recorded configuration what the real program did."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.fluent_bit_process import IMAGES, receiving
from tests.e2e.images.receiver.inbox import Inbox
from tests.e2e.processes import eventually, free_port
from tests.e2e.recorded.configurations import Recorded, recorded

NOT_DONE = 3
# What the stand-in refuses by name → the names that such cases begin with. No test of the project runs these plugins:
# a test of kafka or S3 would need its server, and the chart uses neither grep nor opensearch.
REFUSED_BY_NAME = {
    "output kafka": "kafka",
    "output s3": "s3 with",
    "output opensearch": "opensearch",
    "filter grep": "grep",
    "the format msgpack over HTTP": "http with a format that does not exist",
    "the key tls.crt_file": "tls.crt_file without key",
}


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "fluent_bit", f"--config={folder}/c.conf", *more]


def write(folder: Path, one: Recorded, port: int) -> dict[str, str]:
    """The files of a configuration, and one line to ship; returns the environment."""
    for name, text in one.files(str(folder)).items():
        (folder / name).write_text(text.replace("port 3997", f"port {port}"), encoding="utf-8")
    (folder / "in.log").write_text(f"{one.line}\n", encoding="utf-8")
    return {**os.environ, **one.environment, "PYTHONPATH": str(IMAGES)}


def start(folder: Path, environment: dict[str, str], ready: Inbox | None) -> tuple[int, str, str]:
    """Run until the program ends or, when it has started, and a request has come where one is due, stop it.

    Returns the exit code and what it wrote on stdout and stderr.
    """
    files = [(folder / name).open("w+", encoding="utf-8") for name in ("stdout", "stderr")]
    process = subprocess.Popen(command(folder), env=environment, stdout=files[0], stderr=files[1], cwd=folder)

    def done() -> bool:
        started = "[engine] started" in (folder / "stderr").read_text()
        return process.poll() is not None or (started and (ready is None or ready.text() != "[]"))

    try:
        eventually(done, (folder / "stderr").read_text)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        code = process.wait(20)
    finally:
        process.kill()
        process.wait()
        for file in files:
            file.close()
    return code, (folder / "stdout").read_text(), (folder / "stderr").read_text()


@pytest.mark.parametrize("one", recorded(), ids=lambda one: one.name)
def test_a_dry_run_ends_as_the_real_one(tmp_path: Path, one: Recorded) -> None:
    environment = write(tmp_path, one, free_port())
    done = subprocess.run(
        command(tmp_path, "--dry-run"), env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    if one.name.startswith(REFUSED_BY_NAME["output opensearch"]):  # whose keys it does not know either
        assert (done.returncode, "opensearch]: this stand-in does not do it" in done.stderr) == (NOT_DONE, True)
    else:
        assert done.returncode == one.dry_run, done.stderr


@pytest.mark.parametrize("one", recorded(), ids=lambda one: one.name)
def test_it_starts_where_the_real_one_starts_and_ships_the_same(tmp_path: Path, one: Recorded) -> None:
    with receiving() as (port, inbox):
        environment = write(tmp_path, one, port)
        code, stdout, stderr = start(tmp_path, environment, inbox if one.request else None)
        deliveries = json.loads(inbox.text())
    if code == NOT_DONE:
        assert one.name.startswith(tuple(REFUSED_BY_NAME.values())), stderr
        assert "this stand-in" in stderr
        return
    assert (code == 0) == one.runs, stderr
    if one.request:
        (delivery,) = deliveries
        assert f"POST {delivery['path']} HTTP/1.1" == one.request["line"]
        expected = {name.lower(): value.strip() for name, value in one.request["headers"].items()}
        assert {name: value for name, value in delivery["headers"].items() if name in compared(one)} == expected
        if "body" in one.request:
            assert json.loads(delivery["body"]) == json.loads(one.request["body"])
    if one.stdout:
        assert stdout.splitlines() == one.stdout


def compared(one: Recorded) -> set[str]:
    """The headers that the configuration is about; the others belong to the HTTP library."""
    names = re.findall(r"^ *header (\S+)", one.main, re.IGNORECASE | re.MULTILINE)
    recorded_names = one.request["headers"] if one.request else {}
    return {"content-type", "content-encoding", "authorization", *(name.lower() for name in [*names, *recorded_names])}
