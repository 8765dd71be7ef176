"""The gate's own image: built as the document says, it gates a chart of the user's and writes the user's report.

It needs Docker and no cluster. The base has the certificate authorities of this machine, which may have its own.
"""

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.first_run import new_chart
from tests.documents import ROOT, blocks

IMAGE, BASE, VOLUME = "chartgate", "claude-relay-e2e/gate-base:local", "chartgate-cache"
RENAMED = "claude-relay-e2e/gate:local"
SECONDS = 900
BUILD, RUN = (
    one.text
    for one in blocks(ROOT / "docs" / "gate-a-chart.md")
    if (one.heading, one.language) == ("Container", "bash")
)


def shell(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script; the names of images and volumes of the document become names of the tests."""
    script = script.replace(f"--tag {IMAGE} ", f"--tag {RENAMED} ").replace(f"  {IMAGE} charts", f"  {RENAMED} charts")
    script = script.replace(VOLUME, f"{VOLUME}-e2e")
    # Docker without the plugin buildx has only its older builder.
    plugin = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    environment = {**os.environ, **({"DOCKER_BUILDKIT": "0"} if plugin.returncode else {})}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Built by the command of the document in a clone, on the host's network."""
    folder = tmp_path_factory.mktemp("base")
    authorities = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().openssl_cafile
    shutil.copy(authorities, folder / "authorities.crt")
    file = "/usr/local/share/authorities.crt"
    variables = " ".join(f"{name}={file}" for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"))
    text = f"FROM debian:bookworm-slim\nCOPY authorities.crt {file}\nENV {variables}\n"
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    done = shell(f"docker build --quiet --tag {BASE} .", folder)
    assert not done.returncode, done.stderr
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", str(clone)], check=True)
    done = shell(BUILD.replace("docker build", f"docker build --network=host --build-arg BASE={BASE}"), clone)
    assert not done.returncode, f"{done.stdout}\n{done.stderr}"
    yield
    for command in (["volume", "rm", f"{VOLUME}-e2e"], ["image", "rm", RENAMED, BASE]):
        subprocess.run(["docker", *command], capture_output=True, check=False)


@pytest.mark.usefixtures("image")
def test_the_image_gates_a_chart(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    new_chart(tmp_path / "charts")
    done = shell(RUN.replace("docker run", "docker run --network=host"), tmp_path)
    assert done.returncode == 1, done.stderr
    assert "selector-overlap" in done.stdout
    report = tmp_path / "report.xml"
    assert (report.stat().st_uid, report.stat().st_gid) == (os.getuid(), os.getgid())
    again = shell(RUN.replace("docker run", "docker run --network=none"), tmp_path)
    assert (again.returncode, "downloading" in again.stderr) == (1, False), again.stderr
