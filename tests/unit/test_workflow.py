"""The public workflows, which cannot run here, say what they should. actionlint and zizmor read them in `make lint`."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
FILE = ROOT / ".github" / "workflows" / "ci.yaml"


def read(file: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as a boolean.
    return {str(key): value for key, value in yaml.safe_load(file.read_text(encoding="utf-8")).items()}


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return read(FILE)


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_may_read_and_report_findings(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["True"]) == {"push", "pull_request", "schedule", "workflow_call"}
    granted = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert granted == {"chart": {"contents": "read", "security-events": "write"}}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_checkouts_keep_no_credentials(file: Path) -> None:
    for job in read(file)["jobs"].values():
        if "uses" not in job:
            (checkout,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
            assert checkout["with"]["persist-credentials"] is False
            # Without the tags, a changed chart could not be compared with the last release.
            compares = any("make release-check" in step.get("run", "") for step in job["steps"])
            assert checkout["with"].get("fetch-depth") == (0 if compares else None)


def test_every_job_ends_in_time(workflow: dict[str, Any]) -> None:
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert job["runs-on"] == "ubuntu-24.04"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path) -> None:
    used = re.findall(r"uses: ([^.].*)", file.read_text(encoding="utf-8"))
    assert used
    assert [use for use in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_each_step_does_one_thing(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step), step
        assert set(step) <= {"uses", "with", "run", "env", "name", "if"}, step


def test_it_runs_what_ci_runs(workflow: dict[str, Any]) -> None:
    def targets(lines: list[str]) -> list[str]:
        return [found[1] for line in lines if (found := re.match(r"make (?:--\S+ )*([\w-]+)", line))]

    here = targets((ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines())
    assert here == ["conformance", "test", "live", "e2e"]
    always = [step for job in workflow["jobs"].values() if "if" not in job for step in job["steps"]]
    # A clone of CI's own may lack the tags that release-check compares with. Coverage renders once more what the other
    # targets render: on GitHub it has a machine of its own.
    only_on_github = {"release-check", "coverage"}
    found = targets([step.get("run", "") for step in always])
    assert [target for target in found if target not in only_on_github] == here
    assert only_on_github <= set(found)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in here if not re.search(rf"(?m)^{target}:", makefile)] == []


@pytest.mark.parametrize("target", ["lint", "live", "unit", "conformance"])
def test_tox_runs_the_commands_of_the_makefile(target: str) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    said = [line.removesuffix(" {posargs}") for line in tox[f"testenv:{target}"]["commands"].strip().splitlines()]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(CHART)", "charts/claude-relay")
    spread = re.search(r"(?m)^SPREAD := (.*)$", makefile)
    assert spread
    makefile = makefile.replace("$(SPREAD)", spread[1])
    recipe = re.search(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", makefile)
    assert recipe
    assert [line.strip().removeprefix("$(RUN)").removesuffix(" $(ARGS)") for line in recipe[1].splitlines()] == said


def test_every_night_the_whole_product_is_shared_by_machines(workflow: dict[str, Any]) -> None:
    job = workflow["jobs"]["full"]
    assert job["if"] == "github.event_name == 'schedule'"
    shards = job["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, len(shards) + 1))
    assert job["steps"][-1]["run"] == (
        f"make conformance ARGS='--full --seed random --shard ${{{{ matrix.shard }}}}/{len(shards)}'"
    )


def test_the_oldest_and_the_newest_kubernetes_of_kind_are_pinned(workflow: dict[str, Any]) -> None:
    job = workflow["jobs"]["e2e"]
    images = job["strategy"]["matrix"]["node"]
    pinned = [re.fullmatch(r"kindest/node:v1\.(\d+)\.\d+@sha256:[0-9a-f]{64}", image) for image in images]
    assert all(pinned)
    minors = [int(found[1]) for found in pinned if found]
    assert len(minors) == 2
    assert minors[0] < minors[1]
    (step,) = [step for step in job["steps"] if step.get("run") == "make e2e"]
    assert step["env"] == {"KIND_IMAGE": "${{ matrix.node }}"}


def test_a_release_is_made_of_targets_after_everything_is_tested() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "release.yaml")
    assert workflow["True"] == {"push": {"tags": ["v*"]}, "pull_request": None}
    jobs = workflow["jobs"]
    assert jobs["publish"]["needs"] == "gate"
    assert jobs["gate"]["uses"] == "./.github/workflows/ci.yaml"
    assert jobs["gate"]["if"] == "github.event_name == 'push'"
    assert jobs["rehearsal"]["if"] == "github.event_name == 'pull_request'"
    assert "permissions" not in jobs["rehearsal"]
    assert "secrets." not in str(jobs["rehearsal"])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    order = []
    for step in jobs["publish"]["steps"]:
        command = f"{step.get('run', '')} {step.get('uses', '')}"
        order += re.findall(r"make (?:--silent )?([\w-]+)|(cosign sign|gh release create|actions/attest)", command)
    targets = [target for target, _ in order if target]
    assert [target for target in targets if not re.search(rf"(?m)^{target}:", makefile)] == []
    assert [target or command for target, command in order] == [
        *("release-check", "pages", "package", "push", "cosign sign", *["actions/attest"] * 3),
        *("publish-pages", "notes", "gh release create"),
    ]


def test_secrets_are_in_the_environment_of_a_step_and_in_no_command() -> None:
    for file in FILES:
        for job in read(file)["jobs"].values():
            for step in job.get("steps", ()):
                assert "${{" not in step.get("run", "").replace("${{ matrix.shard }}", ""), step
