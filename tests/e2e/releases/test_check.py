"""`make release-check`: a changed chart has a new version, and each version has its entry in the changelog."""

import pytest

from release.check import check
from release.errors import ReleaseError
from tests.project_copy import ProjectCopy

CHART_FILE = "charts/claude-relay/Chart.yaml"
REDIS_FILE = "charts/claude-relay/charts/redis/Chart.yaml"


def test_the_present_version_can_be_released(project: ProjectCopy) -> None:
    assert "the first release" in check(project.root)


def test_an_unchanged_chart_keeps_its_version(project: ProjectCopy) -> None:
    project.git("tag", "v1.0.0")
    (project.root / "notes.txt").write_text("not of the chart", encoding="utf-8")
    (project.chart / "ci" / "more-values.yaml").write_text("replicaCount: 3\n", encoding="utf-8")
    project.commit()
    assert "the last release is 1.0.0" in check(project.root)


@pytest.mark.parametrize("path", ["values.yaml", "templates/service.yaml", "README.md", "Chart.yaml"])
def test_a_changed_chart_needs_a_new_version(project: ProjectCopy, path: str) -> None:
    project.git("tag", "v1.0.0")
    with (project.chart / path).open("a", encoding="utf-8") as file:
        file.write("keywords: [other]\n" if path == "Chart.yaml" else "\n# changed\n")
    if path == "Chart.yaml":
        project.edit(CHART_FILE, "keywords: [claude, anthropic, relay, proxy, llm]\n", "")
    project.commit()
    with pytest.raises(ReleaseError, match=rf"changed since its release 1\.0\.0 \({path}\): raise `version`"):
        check(project.root)
    project.raise_version("1.0.1")
    project.commit()
    assert check(project.root).startswith("1.0.1: 1 changes")


def test_a_changed_subchart_needs_a_new_version_too(project: ProjectCopy) -> None:
    project.git("tag", "v1.0.0")
    project.edit("charts/claude-relay/charts/redis/values.yaml", "# Default values", "# The default values")
    project.raise_version("1.0.1")
    project.commit()
    with pytest.raises(ReleaseError, match=r"charts/redis has changed .*charts/redis/Chart\.yaml"):
        check(project.root)
    project.edit(REDIS_FILE, "\nversion: 1.0.0\n", "\nversion: 1.0.1\n")
    project.commit()
    with pytest.raises(ReleaseError, match=r"redis: version 1\.0\.0 is not that of charts/redis, 1\.0\.1"):
        check(project.root)
    project.edit(CHART_FILE, "    version: 1.0.0\n", "    version: 1.0.1\n")
    project.commit()
    check(project.root)


def test_a_version_without_an_entry_is_refused(project: ProjectCopy) -> None:
    project.edit(CHART_FILE, "\nversion: 1.0.0\n", "\nversion: 1.0.1\n")
    project.commit()
    with pytest.raises(ReleaseError, match=r"no entry for version 1\.0\.1: add the heading `## 1\.0\.1`"):
        check(project.root)


def test_an_empty_entry_is_refused(project: ProjectCopy) -> None:
    project.raise_version("1.0.1", changes="")
    project.commit()
    with pytest.raises(ReleaseError, match=r"entry for version 1\.0\.1 is empty"):
        check(project.root)


@pytest.mark.parametrize(("released", "version"), [("1.1.0", "1.0.9"), ("1.0.10", "1.0.9"), ("2.0.0-rc.1", "1.9.9")])
def test_a_lower_version_is_refused(project: ProjectCopy, released: str, version: str) -> None:
    project.raise_version(released)
    project.commit(tag=f"v{released}")
    project.edit(CHART_FILE, f"\nversion: {released}\n", f"\nversion: {version}\n")
    project.edit("CHANGELOG.md", f"## {released}\n", f"## {version}\n")
    project.commit()
    with pytest.raises(ReleaseError, match=f"{version} is lower than the released {released}"):
        check(project.root)


@pytest.mark.parametrize("version", ["1.0", "v1.0.1", "1.0.1+build.5", "latest"])
def test_a_version_that_no_repository_takes_is_refused(project: ProjectCopy, version: str) -> None:
    project.raise_version(version)
    project.commit()
    with pytest.raises(ReleaseError, match=r"Chart\.yaml: version: .*not a semantic version"):
        check(project.root)


def test_a_value_that_is_gone_needs_a_conversion(project: ProjectCopy) -> None:
    project.git("tag", "v1.0.0")
    project.edit("charts/claude-relay/values.yaml", "\nenabled: true\n", "\n")
    project.edit("charts/claude-relay/values.yaml", "\n  checkEnvNames: true\n", "\n")
    project.raise_version("2.0.0")
    project.commit()
    with pytest.raises(
        ReleaseError, match=r"values\.yaml: enabled, config\.checkEnvNames: in 1\.0\.0, but not in 2\.0\.0"
    ):
        check(project.root)
    changes = "[{value: enabled, moveTo: active}, {value: config.checkEnvNames, remove: it is always on}]"
    conversion = f"\nconversions:\n  - version: 2.0.0\n    changes: {changes}\n"
    project.edit("charts/claude-relay/conversions.yaml", "\nconversions:\n", conversion)
    project.commit()
    assert check(project.root).startswith("2.0.0: 1 changes")


def test_a_readme_with_other_addresses_is_refused(project: ProjectCopy) -> None:
    project.edit("release/release.yaml", "oci://registry.example.com", "oci://registry.example.org")
    project.commit()
    with pytest.raises(ReleaseError, match=r"README\.md: does not tell the addresses .*make generate"):
        check(project.root)
    project.generate()
    project.commit()
    check(project.root)


def test_a_shallow_clone_is_refused(project: ProjectCopy, tmp_path_factory: pytest.TempPathFactory) -> None:
    project.commit()
    shallow = tmp_path_factory.mktemp("shallow")
    project.git("clone", "--quiet", "--depth=1", f"file://{project.root}", str(shallow))
    with pytest.raises(ReleaseError, match="shallow"):
        check(shallow)
