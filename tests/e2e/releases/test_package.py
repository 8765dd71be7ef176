"""`make package`: the same bytes from the same commit, nothing but the chart in it, and no version twice."""

import os
import re
import shutil
import tarfile
import time
from pathlib import Path

import pytest
import yaml

from chartgate.tools.helm import find_helm
from release.archive import contents, packaging_helm, run_helm, sha256
from release.errors import ReleaseError
from release.package import Made, make_package
from release.settings import KEY_FILE, read_settings
from release.signing import Signer, verify
from tests.project_copy import FIRST_COMMIT, ROOT, ProjectCopy, copy_project
from tests.signing_key import new_signer


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[ProjectCopy, Made]:
    """A project and its release. Tests of this file read both and change neither."""
    project = copy_project(tmp_path_factory.mktemp("project"))
    return project, make_package(project.root, tmp_path_factory.mktemp("dist"))


def read(archive: Path, name: str) -> str:
    with tarfile.open(archive) as files:
        opened = files.extractfile(f"claude-relay/{name}")
        assert opened
        return opened.read().decode()


def test_the_same_commit_makes_the_same_bytes_elsewhere(
    release: tuple[ProjectCopy, Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, made = release
    elsewhere = tmp_path / "elsewhere"
    project.git("clone", "--quiet", str(project.root), str(elsewhere), GIT_CONFIG_COUNT="0")
    project.git("-C", str(elsewhere), "config", "core.autocrlf", "true")
    for path in (elsewhere / "charts").rglob("*.yaml"):
        path.chmod(0o600)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    time.tzset()
    mask = os.umask(0o077)
    try:
        again = make_package(elsewhere, tmp_path / "dist")
    finally:
        os.umask(mask)
        monkeypatch.undo()
        time.tzset()
    assert again.digest == made.digest
    dist = made.archive.parent
    names = {str(path.relative_to(dist)) for path in dist.rglob("*") if path.is_file()}
    other = again.archive.parent
    assert names == {str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()}
    same = names - {"index.yaml"}  # it tells when an entry was added
    assert {n: sha256(again.archive.parent / n) for n in same} == {n: sha256(made.archive.parent / n) for n in same}


def test_order_time_modes_and_owners_do_not_depend_on_the_machine(release: tuple[ProjectCopy, Made]) -> None:
    _, made = release
    with tarfile.open(made.archive) as files:
        members = files.getmembers()
    assert {(m.mtime, m.mode, m.uid, m.gid, m.uname, m.gname) for m in members} == {(FIRST_COMMIT, 0o644, 0, 0, "", "")}
    assert members[0].name == "claude-relay/Chart.yaml"
    header = made.archive.read_bytes()[:10]
    assert header[4:8] == bytes(4)
    assert made.archive.stat().st_mtime == FIRST_COMMIT


def test_the_archive_has_what_the_chart_needs_and_nothing_else(release: tuple[ProjectCopy, Made]) -> None:
    project, made = release
    tracked = set(project.git("ls-files", "charts/claude-relay").split())
    in_chart = {name.removeprefix("charts/claude-relay/") for name in tracked}
    not_packaged = {name for name in in_chart if re.match(r"ci/|chartgate\.yaml$|matrix\.yaml$|\.helmignore$", name)}
    assert set(contents(made.archive)) == in_chart - not_packaged
    assert {"LICENSE", "README.md", "charts/redis/Chart.yaml"} <= set(contents(made.archive))


STRAYS = (
    "my-prod-values.yaml",
    "prod.yaml",
    "values-prod.yaml",
    "values.prod.yaml",
    "values.yaml.bak",
    "values_secret.yaml",
    "secrets.yaml",
    "chartgate.yaml~",
    "Chart.yaml.orig",
    "Chart.lock.tmp",
    "claude-relay-0.9.0.tgz",
    "charts/redis-0.9.0.tgz",
    "templates/deployment.yaml.orig",
    "templates/deployment.yaml~",
    "templates/#deployment.yaml#",
    "templates/.deployment.yaml.swp",
    "files/.env",
    "charts/redis/values.yaml.rej",
    ".env",
    ".git/config",
    ".gitlab-ci.yml",
    ".idea/workspace.xml",
    ".vscode/settings.json",
    ".DS_Store",
    "node_modules/left/index.js",
    "tests/values_test.yaml",
    "docs/notes.md",
    "README.md.gotmpl",
    "README.txt",
    "LICENSES",
    "kubeconfig",
    "id_rsa",
    "crash.log",
    "file.txt",
    "chart.png",
    "templates.zip",
    "template",
    "temp",
    "temporary.yaml",
    "charts.yaml",
    "chart",
    "files.tar",
    "value",
    "valid.json",
    "values",
    "values.json",
    "values.schema.yaml",
    "Chart.lock",
    "Chart.yml",
)


@pytest.mark.parametrize("spec", ["3.2.4", "3.19.0", "4"])
def test_helm_package_in_a_working_tree_leaves_out_what_lies_about(
    release: tuple[ProjectCopy, Made], tmp_path: Path, spec: str
) -> None:
    project, made = release
    chart = tmp_path / "claude-relay"
    shutil.copytree(project.chart, chart)
    for name in STRAYS:
        (chart / name).parent.mkdir(parents=True, exist_ok=True)
        (chart / name).write_text("stray: true\n", encoding="utf-8")
    run_helm(["package", str(chart), "--destination", str(tmp_path)], helm=find_helm(spec))
    assert set(contents(tmp_path / made.archive.name)) == set(contents(made.archive))


def test_a_file_that_is_no_part_of_a_chart_is_refused(project: ProjectCopy, tmp_path: Path) -> None:
    (project.chart / ".helmignore").write_text("ci/\n", encoding="utf-8")
    project.commit()
    with pytest.raises(ReleaseError, match=r"no part of a chart: .*matrix\.yaml.*helmignore"):
        make_package(project.root, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("name", ["charts/claude-relay/my-prod-values.yaml", "notes.txt"])
def test_a_tree_that_is_not_clean_is_refused(project: ProjectCopy, tmp_path: Path, name: str) -> None:
    (project.root / name).write_text("password: secret\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match=rf"not clean: commit.*\n.*{re.escape(name)}"):
        make_package(project.root, tmp_path / "dist")


def test_files_that_git_ignores_get_nowhere(project: ProjectCopy, tmp_path: Path) -> None:
    with (project.root / ".git" / "info" / "exclude").open("a") as exclude:
        exclude.write("*.local.tpl\n")
    (project.chart / "templates" / "_mine.local.tpl").write_text("password: secret\n", encoding="utf-8")
    made = make_package(project.root, tmp_path / "dist")
    assert "templates/_mine.local.tpl" not in contents(made.archive)


def test_a_version_with_other_content_is_refused(project: ProjectCopy, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    first = make_package(project.root, dist)
    index = (dist / "index.yaml").read_text(encoding="utf-8")
    assert make_package(project.root, dist).digest == first.digest
    project.edit("charts/claude-relay/values.yaml", "\nenabled: true\n", "\nenabled: false\n")
    project.commit()
    with pytest.raises(ReleaseError, match=r"1\.0\.0\.tgz exists with other content .* raise `version`"):
        make_package(project.root, dist)
    assert sha256(first.archive) == first.digest
    assert (dist / "index.yaml").read_text(encoding="utf-8") == index
    first.archive.unlink()  # the index alone tells it too
    with pytest.raises(ReleaseError, match=r"index\.yaml: claude-relay 1\.0\.0 exists with other content"):
        make_package(project.root, dist)


def test_a_released_version_is_made_from_its_tag_only(project: ProjectCopy, tmp_path: Path) -> None:
    project.git("tag", "v1.0.0")
    digest = make_package(project.root, tmp_path / "dist").digest
    (project.root / "notes.txt").write_text("not of the chart", encoding="utf-8")
    project.commit()
    with pytest.raises(ReleaseError, match=r"1\.0\.0 was released from another commit, the tag v1\.0\.0"):
        make_package(project.root, tmp_path / "dist")
    project.git("checkout", "--quiet", "v1.0.0")
    assert make_package(project.root, tmp_path / "dist").digest == digest


def test_a_second_release_joins_the_first(project: ProjectCopy, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    first = make_package(project.root, dist)
    project.raise_version("1.1.0-rc.1")
    project.commit()
    second = make_package(project.root, dist)
    entries = yaml.safe_load((dist / "index.yaml").read_text(encoding="utf-8"))["entries"]["claude-relay"]
    assert {entry["version"]: (entry["urls"], entry["digest"]) for entry in entries} == {
        "1.0.0": (["https://charts.example.com/claude-relay/claude-relay-1.0.0.tgz"], first.digest),
        "1.1.0-rc.1": (["https://charts.example.com/claude-relay/claude-relay-1.1.0-rc.1.tgz"], second.digest),
    }
    assert first.archive.exists()


def test_a_signed_release_is_verified_with_the_public_key(project: ProjectCopy, tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(ReleaseError, match=re.escape(KEY_FILE)):
        make_package(project.root, tmp_path / "dist", signer)
    shutil.copyfile(signer.keyring.with_name("public.asc"), project.root / KEY_FILE)
    project.commit()
    plain = make_package(project.root, tmp_path / "plain")
    made = make_package(project.root, tmp_path / "dist", signer)
    assert made.digest == plain.digest
    assert made.signed
    verify(made.archive, project.root / KEY_FILE)
    annotation = yaml.safe_load(
        yaml.safe_load(read(made.archive, "Chart.yaml"))["annotations"]["artifacthub.io/signKey"]
    )
    assert annotation["url"] == "https://charts.example.com/claude-relay/signing-key.asc"
    assert re.fullmatch(r"[0-9A-F]{40}", annotation["fingerprint"])
    assert (tmp_path / "dist" / "signing-key.asc").read_bytes() == (project.root / KEY_FILE).read_bytes()
    assert "PRIVATE" not in (project.root / KEY_FILE).read_text(encoding="utf-8")


def test_a_signature_of_another_key_is_refused(project: ProjectCopy, tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "other").mkdir()
    other = new_signer(tmp_path / "other", "other@example.com")
    shutil.copyfile(other.keyring.with_name("public.asc"), project.root / KEY_FILE)
    project.commit()
    with pytest.raises(ReleaseError, match=f"signature is not one of {re.escape(KEY_FILE)}"):
        make_package(project.root, tmp_path / "dist", signer)
    assert not (tmp_path / "dist").exists()


def test_the_readme_names_the_published_addresses(release: tuple[ProjectCopy, Made]) -> None:
    _, made = release
    text = read(made.archive, "README.md")
    assert "helm repo add claude-relay https://charts.example.com/claude-relay\n" in text
    assert "oci://registry.example.com/charts/claude-relay" in text
    assert "charts/claude-relay " not in text.replace("example.com/charts/claude-relay", "")
    links = re.findall(r"\]\(([^)]+)\)", text)
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"(?m)^#+ (.*)", text)
    }
    home = f"{read_settings(ROOT).home}/blob/v1.0.0/"
    assert any(link.startswith(home) for link in links)
    for link in links:
        if link.startswith("#"):
            assert link[1:] in headings, link
        elif link.startswith(home):
            assert (ROOT / link.removeprefix(home).partition("#")[0]).exists(), link
        elif not link.startswith("https://"):
            assert link in contents(made.archive), link


@pytest.mark.parametrize("name", ["values.yaml", "charts/redis/values.yaml", "README.md"])
def test_what_operators_read_does_not_speak_to_developers(release: tuple[ProjectCopy, Made], name: str) -> None:
    text = read(release[1].archive, name)
    assert "schema/values" not in text
    assert "make generate" not in text


def test_archives_are_made_by_the_newest_helm_of_the_catalogue() -> None:
    assert packaging_helm().version == find_helm("4").version
