"""The wheel and the source archive of chartgate have what PyPI and its users look for, and nothing else."""

import email
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel, which is built from the source archive."""
    folder = tmp_path_factory.mktemp("built")
    command = [str(ROOT / ".tools/uv/bin/uv"), "build", "--quiet", "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_wheel_describes_itself(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        headers = email.message_from_string(wheel.read(metadata).decode())
    assert headers["Version"] == PROJECT["version"]
    assert headers["License-Expression"] == "MIT"
    assert headers["Description-Content-Type"] == "text/markdown"
    assert "pip install chartgate" in str(headers.get_payload())
    assert set(PROJECT["classifiers"]) == set(headers.get_all("Classifier") or ())
    assert "chartgate/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    data = {"chartgate/tools/catalogue.yaml", "chartgate/reports/report.schema.json"}
    assert data <= set(names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"chartgate"}


def test_checkov_is_an_extra_and_the_page_links_to_the_project(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        headers = email.message_from_string(wheel.read(metadata).decode())
    needed = [requirement for requirement in headers.get_all("Requires-Dist") or () if "checkov" in requirement]
    assert needed
    assert all("extra == 'checkov'" in requirement for requirement in needed)
    home = yaml.safe_load((ROOT / "release" / "release.yaml").read_text(encoding="utf-8"))["home"]
    assert {url.partition(", ")[2].startswith(home) for url in headers.get_all("Project-URL") or ()} == {True}


def test_the_changelog_has_the_version() -> None:
    changelog = (ROOT / "chartgate" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {PROJECT['version']}\n" in changelog


def test_the_source_archive_has_the_package_only(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as source:
        names = {name.partition("/")[2].partition("/")[0] for name in source.getnames()}
    assert names <= {"chartgate", "pyproject.toml", "LICENSE", "README.md", "PKG-INFO", ".gitignore"}
    assert {"chartgate", "pyproject.toml", "LICENSE"} <= names


def test_the_command_tells_its_version() -> None:
    command = [sys.executable, "-m", "chartgate", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"chartgate {PROJECT['version']}\n"
