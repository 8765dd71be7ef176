"""The gate in other people's CI: the action, the GitLab job and the hook run on a chart of `helm create`.

What only those systems can do is not run here: their own actions, and the installation from the network, which
tests/e2e/test_installed_gate.py does with the wheel.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
import yaml

from chartgate.releases.stored_size import LARGEST
from chartgate.tools.cache import cache_folder
from chartgate.tools.helm import find_helm
from tests.documents import ROOT, blocks

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((ROOT / "integrations" / "gitlab-ci.yml").read_text(encoding="utf-8"))["chartgate"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PROGRAM = Path(sys.executable).with_name("chartgate")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the chart "web", and chartgate where the steps install it."""
    folder = tmp_path_factory.mktemp("checkout")
    subprocess.run([find_helm("4").path, "create", "web"], cwd=folder, check=True, capture_output=True)
    (folder / "chartgate" / "bin").mkdir(parents=True)
    (folder / "chartgate" / "bin" / "chartgate").symlink_to(PROGRAM)
    return folder


def shell(script: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def step(name: str) -> dict[str, Any]:
    return next(dict(one) for one in ACTION["runs"]["steps"] if one.get("name") == name)


class Runner:
    """GitHub's runner as far as the steps need it: expressions, and the files for outputs and the summary."""

    def __init__(self, folder: Path, temporary: Path, source: Path = ROOT, **inputs: str) -> None:
        defaults = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        self._inputs = {**defaults, **inputs}
        self._folder, self._source = folder, source
        self.output, self.summary = temporary / "output", temporary / "summary"

    def run(self, name: str) -> "subprocess.CompletedProcess[str]":
        """Run a step in its shell."""
        environment = {key: self._expanded(str(text)) for key, text in step(name)["env"].items()}
        files = {"GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary)}
        return shell(step(name)["run"], self._folder, **environment, **files)

    def _expanded(self, text: str) -> str:
        known = {
            "runner.temp": str(self._folder),
            "github.action_path": str(self._source),
            "github.event.pull_request.number": "7",
            "steps.python.outputs.python-path": sys.executable,
            **{f"inputs.{key}": value for key, value in self._inputs.items()},
        }
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: known[found[1]], text)


@pytest.fixture(params=["warning", "never"])
def runner(request: pytest.FixtureRequest, workplace: Path, tmp_path: Path) -> tuple[str, Runner]:
    return request.param, Runner(workplace, tmp_path, **{"chart": "web", "fail-on": request.param})


def test_the_action_annotates_summarizes_and_fails_by_its_inputs(runner: tuple[str, Runner]) -> None:
    fail_on, github = runner
    done = github.run("Run the gate")
    assert done.returncode == (1 if fail_on == "warning" else 0), done.stderr
    annotation = r"^::error file=web/templates/\w+\.yaml,line=\d+,title=references/selector-overlap::"
    assert re.search(annotation, done.stdout, re.MULTILINE)
    assert "## chartgate: web: " in github.summary.read_text()
    written = re.fullmatch(r"sarif=(.*)\n", github.output.read_text())
    assert written
    assert json.loads(Path(written[1]).read_text())["version"] == "2.1.0"


def test_the_action_reports_a_chart_that_cannot_be_read(workplace: Path, tmp_path: Path) -> None:
    done = Runner(workplace, tmp_path, chart="nowhere").run("Run the gate")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_the_action_shows_what_an_upgrade_changes(workplace: Path, tmp_path: Path) -> None:
    before = shutil.copytree(workplace / "web", tmp_path / "web") / "values.yaml"
    before.write_text(before.read_text().replace("replicaCount: 1", "replicaCount: 2"))
    github = Runner(workplace, tmp_path, chart="web", base=str(before.parent))
    done = github.run("Show what an upgrade changes")
    assert done.returncode == 0, done.stderr
    assert "replicas" in github.summary.read_text()


class GitHub(BaseHTTPRequestHandler):
    """GitHub's comments of one pull request. `refusal` is a status to answer with."""

    comments: ClassVar[dict[int, str]] = {}
    refusal: ClassVar[int] = 0

    def do_GET(self) -> None:
        first = (int(re.findall(r"&page=(\d+)", self.path)[0]) - 1) * 100
        assert self.path.startswith("/repos/o/r/issues/7/comments?")
        listed = [{"id": number, "body": body} for number, body in self.comments.items()]
        self._answer(listed[first : first + 100])

    def do_POST(self) -> None:
        self.comments[len(self.comments)] = self._body()
        self._answer({})

    def do_PATCH(self) -> None:
        number = int(self.path.removeprefix("/repos/o/r/issues/comments/"))
        self.comments[number] = self._body()
        self._answer({})

    def log_message(self, *_: object) -> None:
        """Nothing is written."""

    def _body(self) -> str:
        assert self.headers["Authorization"] == "Bearer a-token"
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def _answer(self, content: object) -> None:
        self.send_response(self.refusal or 200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[GitHub]]:
    """A server in place of GitHub's, with 150 comments of others."""
    monkeypatch.setattr(GitHub, "comments", dict.fromkeys(range(150), "of another"))
    monkeypatch.setattr(GitHub, "refusal", 0)
    with ThreadingHTTPServer(("127.0.0.1", 0), GitHub) as server:
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield GitHub
        server.shutdown()


def comment(folder: Path, text: str, chart: str = "web") -> "subprocess.CompletedProcess[str]":
    (folder / "chartgate-diff.md").write_text(text, encoding="utf-8")
    inputs = {"chart": chart, "base": "before", "comment-token": "a-token"}
    runner = Runner(folder, folder, ROOT, **inputs)
    return runner.run("Comment on the pull request")


def test_the_action_writes_one_comment_a_chart_and_replaces_it(github: type[GitHub], tmp_path: Path) -> None:
    for text, chart in (("first", "web"), ("second", "web"), ("third", "db")):
        done = comment(tmp_path, text, chart)
        assert done.returncode == 0, done.stdout
    assert len(github.comments) == 152
    assert (github.comments[150], github.comments[151]) == (
        "<!-- chartgate: web -->\nsecond",
        "<!-- chartgate: db -->\nthird",
    )


@pytest.mark.parametrize(("status", "code", "level"), [(403, 0, "warning"), (401, 1, "error")])
def test_the_action_reports_why_there_is_no_comment(
    github: type[GitHub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: int, level: str
) -> None:
    monkeypatch.setattr(github, "refusal", status)
    done = comment(tmp_path, "text")
    assert (done.returncode, done.stdout.startswith(f"::{level}::chartgate: ")) == (code, True)
    assert "a-token" not in done.stdout + done.stderr


def test_the_cache_key_of_the_action_depends_on_all_that_changes_the_cache(workplace: Path, tmp_path: Path) -> None:
    def state(change: str, **inputs: str) -> str:
        source = tmp_path / f"source {change}"
        (source / "chartgate" / "tools").mkdir(parents=True)
        for name in ("pyproject.toml", "chartgate/tools/catalogue.yaml"):
            text = (ROOT / name).read_text(encoding="utf-8")
            (source / name).write_text(text.replace("version = ", "version = '9' #", 1) if name == change else text)
            if name == change and name.endswith(".yaml"):
                (source / name).write_text(f"{text}# another\n")
        github = Runner(workplace, source, source, **inputs)
        done = github.run("Compute the cache key")
        assert done.returncode == 0, done.stderr
        return github.output.read_text()

    states = [state("nothing"), state("pyproject.toml"), state("chartgate/tools/catalogue.yaml")]
    states.append(state("checkov", checkov="false"))
    assert len(set(states)) == len(states)
    assert all(re.fullmatch(rf"state=python-{platform.python_version()}-[\w.-]+\n", one) for one in states)
    (cache,) = [one["with"] for one in ACTION["runs"]["steps"] if "actions/cache@" in one.get("uses", "")]
    for part in ("runner.os", "runner.arch", "steps.cached.outputs.state"):
        assert f"${{{{ {part} }}}}" in cache["key"]


def test_the_action_gives_its_steps_no_expression_in_a_script() -> None:
    scripts = [one["run"] for one in ACTION["runs"]["steps"] if "run" in one]
    assert len(scripts) == 5
    assert not [text for text in scripts if "${{" in text]


def test_the_action_pins_what_it_uses() -> None:
    used = re.findall(r"uses: (.*)", (ROOT / "action.yml").read_text(encoding="utf-8"))
    assert used
    assert [use for use in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_the_gitlab_job_writes_its_reports_and_keeps_its_cache_out_of_the_chart(
    workplace: Path, tmp_path: Path
) -> None:
    chart = shutil.copytree(workplace / "web", tmp_path / "web")
    kept = chart / GITLAB["cache"]["paths"][0]
    kept.mkdir()
    (kept / "chartgate").symlink_to(cache_folder())
    (kept / "large").write_bytes(os.urandom(LARGEST))
    script = "\n".join(line for line in GITLAB["script"] if "python" not in line)
    variables = {**GITLAB["variables"], "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = shell(script.replace("/tmp/chartgate/", f"{workplace}/chartgate/"), chart, **variables)
    assert done.returncode == 1, done.stderr
    reports = GITLAB["artifacts"]["reports"]
    entries = json.loads((chart / reports["codequality"]).read_text())
    assert "templates/deployment.yaml" in {entry["location"]["path"] for entry in entries}
    assert "render/release-size" not in {entry["check_name"] for entry in entries}
    assert ET.parse(chart / reports["junit"]).getroot().get("failures") != "0"  # noqa: S314 (the gate wrote it)
    assert (kept / "large").stat().st_size == LARGEST


def test_the_hook_runs_on_the_charts_that_a_repository_names(workplace: Path) -> None:
    assert (HOOK["language"], HOOK["pass_filenames"]) == ("python", False)
    program, *options = HOOK["entry"].split()
    done = shell(" ".join([str(PROGRAM.with_name(program)), *options, "web"]), workplace)
    assert done.returncode == 1, done.stderr
    assert "selector-overlap" in done.stdout


def test_the_report_in_the_readme_is_the_real_one(workplace: Path) -> None:
    (picture,) = [block.text for block in blocks(ROOT / "README.md") if block.language == "text"]
    done = shell(f"{PROGRAM} web --offered --select references", workplace)
    written = [line.rstrip() for line in done.stdout.splitlines()]
    shown = [line for line in picture.splitlines() if line]
    assert [line for line in written if line in shown] == shown, "write the new report into README.md"


def test_the_image_is_made_of_files_that_its_context_has() -> None:
    text = (ROOT / "integrations" / "Dockerfile").read_text(encoding="utf-8")
    sources = {name for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for name in line.split()[:-1]}
    context = (ROOT / "integrations" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert sources == {line[1:] for line in context if line.startswith("!")}
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert re.findall(r"^USER (\d+):\d+$", text, re.MULTILINE) == ["65534"]
    bases = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text, re.MULTILINE)
    assert {base for base, _ in bases} - {stage for _, stage in bases} == {"$BASE"}
    assert re.search(r"^ARG BASE=debian:bookworm-slim@sha256:[0-9a-f]{64}$", text, re.MULTILINE), (
        "pin the image by its digest"
    )


@pytest.mark.parametrize(
    ("file", "concerns"),
    [
        ("charts/web/templates/deployment.yaml", True),
        ("charts/web/values.yaml", True),
        ("Chart.yaml", True),
        ("ci/a-values.yaml", True),
        ("README.md", False),
        ("src/main.py", False),
    ],
)
def test_the_hook_runs_when_a_file_of_a_chart_changes(file: str, concerns: bool) -> None:
    assert bool(re.search(HOOK["files"], file)) == concerns
