"""The chart from a repository on a web server: found, shown, downloaded, installed and upgraded."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from release.archive import sha256
from tests.e2e.publishing.conftest import FIRST, QUICKLY, SECOND, Published
from tests.e2e.publishing.http_repository import HttpRepository
from tests.e2e.publishing.user import HelmUser

CHART = "claude-relay/claude-relay"
EVERY_HELM = ["3.2.4", "3.17.3", "4.3.1"]


@pytest.mark.parametrize("spec", EVERY_HELM)
def test_a_second_release_appears_beside_the_first(
    published: Published, repository: HttpRepository, user: Callable[[str], HelmUser], spec: str
) -> None:
    someone = user(spec)
    repository.folder = published.after[FIRST]
    someone.run("repo", "add", "claude-relay", repository.url)
    assert [found["version"] for found in someone.answer("search", "repo", CHART)] == [FIRST]
    repository.folder = published.after[SECOND]
    someone.run("repo", "update")
    assert [found["version"] for found in someone.answer("search", "repo", CHART, "--versions")] == [SECOND, FIRST]
    for version in (FIRST, SECOND):
        someone.run("pull", CHART, "--version", version, "--verify", "--keyring", str(published.keyring))
        assert sha256(someone.home / f"claude-relay-{version}.tgz") == sha256(published.archive(version))


@pytest.mark.parametrize("spec", EVERY_HELM)
def test_the_chart_is_shown(
    published: Published, repository: HttpRepository, user: Callable[[str], HelmUser], spec: str
) -> None:
    someone = user(spec)
    repository.folder = published.after[SECOND]
    someone.run("repo", "add", "claude-relay", repository.url)
    shown = yaml.safe_load(someone.run("show", "chart", CHART))
    assert shown["version"] == SECOND
    assert shown["icon"] == f"{repository.url}/icon.svg"
    assert f"helm repo add claude-relay {repository.url}\n" in someone.run("show", "readme", CHART)
    values = (published.project.chart / "values.yaml").read_text(encoding="utf-8")
    assert someone.run("show", "values", CHART).strip() == values.strip()
    # What these versions of Helm can ask of an API server of today is tested by the next test.
    objects = [part for part in yaml.safe_load_all(someone.run("template", "relay", CHART)) if part]
    assert {part["metadata"]["labels"]["second"] for part in objects if part["kind"] == "Deployment"} == {"release"}


@pytest.mark.parametrize("spec", EVERY_HELM[1:])
def test_an_installed_chart_is_upgraded_to_the_second_release(
    published: Published, repository: HttpRepository, user: Callable[[str], HelmUser], spec: str
) -> None:
    someone = user(spec)
    namespace = ["--namespace", f"http-{spec.replace('.', '-')}"]
    repository.folder = published.after[FIRST]
    someone.run("repo", "add", "claude-relay", repository.url)
    someone.run("install", "relay", CHART, *namespace, *QUICKLY, "--create-namespace")
    before = objects_of(someone, namespace)
    repository.folder = published.after[SECOND]
    someone.run("repo", "update")
    someone.run("upgrade", "relay", CHART, *namespace, *QUICKLY)
    (listed,) = someone.answer("list", *namespace)
    assert (listed["chart"], listed["revision"], listed["status"]) == (f"claude-relay-{SECOND}", "2", "deployed")
    after = objects_of(someone, namespace)
    assert {name: item["data"] for (kind, name), item in after.items() if kind == "Secret"} == {
        name: item["data"] for (kind, name), item in before.items() if kind == "Secret"
    }
    assert after.keys() == before.keys()
    assert after["Deployment", "relay-claude-relay"]["metadata"]["labels"]["second"] == "release"


def objects_of(someone: HelmUser, namespace: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The release's objects as Helm rendered them, by kind and name."""
    manifest = someone.run("get", "manifest", "relay", *namespace)
    return {(part["kind"], part["metadata"]["name"]): part for part in yaml.safe_load_all(manifest) if part}
