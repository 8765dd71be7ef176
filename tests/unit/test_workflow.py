"""The public workflow, which cannot run here, says what it should."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github" / "workflows" / "ci.yaml"


@pytest.fixture(scope="module")
def text() -> str:
    return FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workflow(text: str) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as a boolean.
    return {str(key): value for key, value in yaml.safe_load(text).items()}


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_may_read_and_nothing_else(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["True"]) == {"push", "pull_request", "schedule"}
    assert not [job for job in workflow["jobs"].values() if "permissions" in job]
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(workflow["jobs"])
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_every_job_ends_in_time(workflow: dict[str, Any]) -> None:
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert job["runs-on"] == "ubuntu-24.04"


def test_actions_are_pinned_by_commit_and_say_their_version(text: str) -> None:
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [use for use in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_each_step_does_one_thing(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step), step
        assert set(step) <= {"uses", "with", "run", "env", "name"}, step


def test_it_runs_what_ci_runs(workflow: dict[str, Any]) -> None:
    def targets(lines: list[str]) -> list[str]:
        return [found[1] for line in lines if (found := re.fullmatch(r"make (?:--\S+ )*(\S+)", line))]

    here = targets((ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines())
    assert here == ["conformance", "test", "e2e"]
    always = [step for job in workflow["jobs"].values() if "if" not in job for step in job["steps"]]
    assert targets([step.get("run", "") for step in always]) == here
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in here if not re.search(rf"(?m)^{target}:", makefile)] == []


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
