"""The commands of the documents, as somebody pastes them into a shell, with the published chart and a real API server.

The server runs without a cluster, so that its objects are accepted and no pod starts. A block that names an installed
release finds one: with the default values, or as `EARLIER` says. Each block has a namespace of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chartgate.tools.control_plane.programs import SERVERS, find_assets
from chartgate.tools.helm import find_helm
from tests.documents import CHART_README, OPERATIONS, ROOT, Block, blocks
from tests.e2e.cluster.custom_resources import define_custom_resources
from tests.e2e.cluster.namespace import Kubectl
from tests.e2e.publishing.conftest import SECOND, Published
from tests.e2e.publishing.http_repository import HttpRepository

SHELLS = {"bash": ["bash", "-e", "-o", "pipefail", "-c"], "zsh": ["zsh", "-f", "-e", "-o", "pipefail", "-c"]}
HELM = {"bash": "3.17.3", "zsh": "4.3.1"}
KEYS = ("jwt-secret", "encryption-key", "admin-username", "admin-password")
NAMESPACES = ("monitoring", "relay")
EARLIER = {"From an external Redis": "--set redis.enabled=false --set externalRedis.host=redis.example.com"}
"""Options of the release that is there before the commands below a heading."""
SECONDS = 120


def to_run(text: str | None = None) -> list[Block]:
    """The blocks that this test runs; `text` is that of the published chart's README, with its addresses."""
    found = [*blocks(ROOT / "README.md"), *blocks(CHART_README, text), *blocks(OPERATIONS)]
    return [block for block in found if block.language == "bash" and not block.run_by and not block.not_run]


@dataclass(frozen=True)
class Shell:
    """Somebody's shell of a kind, with the programs on PATH, in a folder with the files that the documents name."""

    kind: str
    folder: Path
    environment: dict[str, str]

    def run(self, script: str) -> str:
        """What the script writes. The test fails where the script does."""
        done = subprocess.run(
            [*SHELLS[self.kind], script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert not done.returncode, f"{self.kind}: {script}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def kubectl(kubeconfig: Path) -> Kubectl:
    """kubectl on the server, which serves the kinds of other projects too and has the namespaces of the documents."""
    kubectl = Kubectl(find_assets(SERVERS) / "kubectl", kubeconfig)
    define_custom_resources(kubectl)
    for name in NAMESPACES:
        kubectl("create", "namespace", name)
    return kubectl


@pytest.fixture
def shell(
    kind: str, number: int, tmp_path: Path, kubectl: Kubectl, published: Published, repository: HttpRepository
) -> Iterator[Shell]:
    """In a namespace of its own, after `helm repo add`."""
    if not shutil.which(kind):
        pytest.exit(f"{kind} is not on PATH: install Debian's package {kind}", returncode=pytest.ExitCode.TESTS_FAILED)
    repository.folder = published.after[SECOND]
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(kubectl.program)
    (programs / "chartgate").symlink_to(Path(sys.executable).with_name("chartgate"))
    helm = programs / "helm"
    # The registry of the tests has no TLS.
    helm.write_text(
        f'#!/bin/sh\ncase "$*" in *oci://*) set -- "$@" --plain-http;; esac\nexec {find_helm(HELM[kind]).path} "$@"\n'
    )
    helm.chmod(0o755)
    (tmp_path / "charts").symlink_to(published.project.root / "charts")
    for name in KEYS:
        (tmp_path / name).write_text("a" * 32)
    (tmp_path / "values.yaml").write_text("global: {secretsJob: true}\n")
    namespace = f"documents-{kind}-{number}"
    kubeconfig = tmp_path / "kubeconfig"
    shutil.copyfile(kubectl.kubeconfig, kubeconfig)
    ours = Kubectl(kubectl.program, kubeconfig)
    ours("create", "namespace", namespace)
    ours("config", "set-context", "--current", f"--namespace={namespace}")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HELM_", "XDG_"))}
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path), "KUBECONFIG": str(kubeconfig)}
    made = Shell(kind, tmp_path, {**kept, **environment})
    made.run(f"helm repo add claude-relay {repository.url}")
    yield made
    ours("delete", "namespace", namespace, "--wait=false")
    for name in NAMESPACES:
        ours("delete", "servicemonitors", "--all", f"--namespace={name}")


@pytest.mark.parametrize("kind", SHELLS)
@pytest.mark.parametrize("number", range(len(to_run())), ids=map(str, to_run()))
def test_the_commands_of_a_document_work_as_they_stand(shell: Shell, number: int, published: Published) -> None:
    block = to_run((published.project.chart / "README.md").read_text(encoding="utf-8"))[number]
    script = block.text
    changed = re.search(r"(?:helm upgrade|helm uninstall|scale deployment|instance=)\s?((?:my-)?claude-relay)", script)
    if changed:
        shell.run(f"helm install {changed[1]} claude-relay/claude-relay {EARLIER.get(block.heading, '')}")
    written = shell.run(script)
    installed = re.search(r"helm install (\S+)", script)
    if installed:
        assert "STATUS: deployed" in shell.run(f"helm status {installed[1]}")
    elif "helm uninstall" in script:
        assert shell.run("helm list --short") == ""
    else:
        assert written
