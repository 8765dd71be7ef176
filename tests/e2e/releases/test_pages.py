"""The published repository on the branch gh-pages of a real git repository."""

from pathlib import Path

import pytest
import yaml

from release.__main__ import main
from release.errors import ReleaseError
from release.pages import check_out, publish
from tests.project_copy import ProjectCopy, copy_project


@pytest.fixture
def remote(project: ProjectCopy, tmp_path: Path) -> Path:
    """The project's remote repository, without a branch gh-pages."""
    remote = tmp_path / "remote.git"
    project.git("init", "--quiet", "--bare", str(remote))
    project.git("remote", "add", "origin", str(remote))
    project.git("push", "--quiet", "origin", "main")
    return remote


def test_a_second_release_joins_the_first(project: ProjectCopy, remote: Path, tmp_path: Path) -> None:
    for number, version in enumerate(["1.0.0", "1.0.1"]):
        if version != "1.0.0":
            project.raise_version(version)
            project.commit()
        folder = str(tmp_path / f"pages-{number}")
        for arguments in (["pages"], ["package"], ["publish-pages"]):
            assert main([*arguments, "--folder", folder], project.root) == 0
        assert not project.git("status", "--porcelain")
    files = project.git("-C", str(remote), "ls-tree", "-r", "--name-only", "gh-pages").split()
    assert {"claude-relay-1.0.0.tgz", "claude-relay-1.0.1.tgz", "index.yaml", "icon.svg", ".nojekyll"} <= set(files)
    assert {f"schemas/{name}.schema.json" for name in ("chartgate", "conversions", "matrix")} <= set(files)
    assert "Chart.yaml" not in files
    assert [name for name in files if name.startswith("charts")] == []
    index = yaml.safe_load(project.git("-C", str(remote), "show", "gh-pages:index.yaml"))
    assert [entry["version"] for entry in index["entries"]["claude-relay"]] == ["1.0.1", "1.0.0"]
    assert project.git("-C", str(remote), "rev-list", "--count", "gh-pages").strip() == "2"
    assert not publish(tmp_path / "pages-1", "1.0.1")


def test_nobody_elses_release_is_lost(project: ProjectCopy, remote: Path, tmp_path: Path) -> None:
    check_out(project.root, tmp_path / "first")
    (tmp_path / "first" / "index.yaml").write_text("# first\n", encoding="utf-8")
    publish(tmp_path / "first", "1.0.0")
    for name in ("theirs", "late"):
        check_out(project.root, tmp_path / name)
        (tmp_path / name / "index.yaml").write_text(f"# {name}\n", encoding="utf-8")
    publish(tmp_path / "theirs", "1.0.1")
    with pytest.raises(ReleaseError, match=r"(?s)git push .*rejected"):
        publish(tmp_path / "late", "1.0.1")
    assert project.git("-C", str(remote), "show", "gh-pages:index.yaml") == "# theirs\n"


@pytest.mark.usefixtures("remote")
def test_a_branch_without_an_index_is_refused(project: ProjectCopy, tmp_path: Path) -> None:
    project.git("push", "--quiet", "origin", "main:gh-pages")
    with pytest.raises(ReleaseError, match=r"gh-pages has no index\.yaml"):
        check_out(project.root, tmp_path / "pages")
    with pytest.raises(ReleaseError, match="exists: name a new folder"):
        check_out(project.root, tmp_path / "pages")


def test_a_rehearsal_needs_no_new_version(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    project.git("tag", "v1.0.0")
    project.commit()
    assert main(["package", "--folder", str(tmp_path / "dist")], project.root) == 1
    assert main(["package", "--rehearsal", "--folder", str(tmp_path / "dist")], project.root) == 0
