"""chartgate on published charts: of a registry, of a repository, and at the address of an archive."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.tools.helm import find_helm
from chartgate.tools.helm_pull import has_repository
from chartgate.tools.kubernetes_yaml import read_one
from tests.e2e.publishing.http_repository import HttpRepository
from tests.e2e.publishing.registry import running_registry

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: {version}\n",
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: v{version}}}\ndata: {{a: b}}\n",
}
VERSIONS = ("1.0.0", "1.1.0")
QUICK = ["--helm", "4", "--kube", "1.37", "--case", "defaults"]


@pytest.fixture
def archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two versions of a chart. Helm and chartgate share the settings of a user without any."""
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"HELM_{name}_HOME", str(tmp_path / "helm" / name.lower()))
    has_repository.cache_clear()
    for version in VERSIONS:
        for name, text in FILES.items():
            path = tmp_path / "charts" / version / "tiny" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(version=version), encoding="utf-8")
        helm("package", str(tmp_path / "charts" / version / "tiny"), "--destination", str(tmp_path / "packed"))
    return sorted((tmp_path / "packed").iterdir())


def helm(*arguments: str) -> str:
    """What Helm prints; some commands do it on standard error."""
    done = subprocess.run([str(find_helm("4").path), *arguments], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def object_of(reference: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The name of the object that the chart makes."""
    assert cli.main(["render", reference, *QUICK]) == cli.CLEAN
    return str(read_one(capsys.readouterr().out.encode())["metadata"]["name"])


def test_a_chart_in_a_registry_is_named_by_version_and_by_digest(
    archives: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registry").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "registry" / "ca.crt"))
    with running_registry(tmp_path / "registry", tls=True) as registry:
        said = [helm("push", str(archive), f"oci://{registry.address}/charts") for archive in archives]
        chart = f"oci://{registry.address}/charts/tiny"
        assert object_of(chart, capsys) == "v1.1.0"
        assert object_of(f"{chart}:1.0.0", capsys) == "v1.0.0"
        digest = next(word for word in said[0].split() if word.startswith("sha256:"))
        assert object_of(f"{chart}@{digest}", capsys) == "v1.0.0"
        assert cli.main(["render", f"{chart}:3.0.0", *QUICK]) == cli.UNUSABLE
        assert f"cannot pull {chart}:3.0.0: " in capsys.readouterr().err


def test_a_chart_in_a_repository_is_named_as_helm_names_it(
    archives: list[Path],
    repository: HttpRepository,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = archives[0].parent
    helm("repo", "index", str(folder), "--url", repository.url)
    monkeypatch.setattr(repository, "folder", folder)
    helm("repo", "add", "ours", repository.url)
    monkeypatch.chdir(tmp_path)
    assert object_of("ours/tiny", capsys) == "v1.1.0"
    assert object_of("ours/tiny:1.0.0", capsys) == "v1.0.0"
    assert object_of(f"{repository.url}/tiny-1.0.0.tgz", capsys) == "v1.0.0"
    shutil.copytree(tmp_path / "charts" / "1.0.0", tmp_path / "ours")
    assert object_of("ours/tiny", capsys) == "v1.0.0", "a folder wins over a repository of the same name"
