"""chartgate, installed from its wheel into an empty environment, gates a chart that `helm create` made."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.first_run import kept, new_chart

ROOT = Path(__file__).parents[2]
UV = str(ROOT / ".tools/uv/bin/uv")
MEGABYTES = 120
"""What an installation and its first run may take beside Helm's library and programs."""
LINES = 60


def uv(*arguments: str) -> None:
    done = subprocess.run([UV, *arguments, "--quiet"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and what it needs from the lock file, verified by its hashes."""
    folder = tmp_path_factory.mktemp("user")
    requirements, environment = folder / "requirements.txt", folder / "venv"
    uv("build", "--wheel", "--out-dir", str(folder))
    uv("export", "--frozen", "--no-dev", "--no-emit-project", "--output-file", str(requirements))
    uv("venv", "--python", sys.executable, str(environment))
    python = ("--python", str(environment / "bin" / "python"))
    uv("pip", "install", *python, "--require-hashes", "--requirements", str(requirements))
    (wheel,) = folder.glob("*.whl")
    uv("pip", "install", *python, "--no-deps", str(wheel))
    return environment


def megabytes(environment: Path) -> float:
    """The packages of an installation, without Helm's library."""
    (packages,) = environment.glob("lib/python*/site-packages")
    assert not (packages / "checkov").exists()
    files = [path for path in packages.rglob("*") if path.is_file() and "helm_python" not in path.parts]
    return sum(path.stat().st_size for path in files) / 1_000_000


def test_it_is_light_and_gates_a_new_chart_with_a_short_report(environment: Path, tmp_path: Path) -> None:
    """The first run: the cache is empty, and Helm, Go and npm are not on PATH."""
    new_chart(tmp_path)
    command = [str(environment / "bin" / "chartgate"), "web", "--json", "report.json"]
    cache = tmp_path / "cache"
    own = {**os.environ, "XDG_CACHE_HOME": str(cache), "PATH": os.defpath}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    # Its selector also matches the pod of its test. Its empty values leave securityContext and resources to its user.
    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) < LINES
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    rules = {f"{finding['check']}/{finding['rule']}" for finding in report["findings"]}
    assert rules == {"references/selector-overlap"}
    assert any("values.yaml leaves it to the user" in notice for notice in report["notices"])
    (notice,) = [notice for notice in report["notices"] if "checkov" in notice]
    assert "pip install 'chartgate[checkov]'" in notice
    assert "pip install 'chartgate[checkov]'" in " ".join(done.stdout.split())
    assert "checkov" not in report["versions"]
    fetched = [line for line in done.stderr.splitlines() if "chartgate: downloading" in line]
    assert len(fetched) == len(set(fetched)), "something was downloaded twice"
    assert megabytes(environment) + kept(cache)[1] < MEGABYTES
