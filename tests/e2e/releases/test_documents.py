"""What a release reads and writes beside the archive, in a git repository of its own."""

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.__main__ import main
from release.archive import contents, pack, read_chart_file, stage
from release.errors import ReleaseError
from release.git import Repository
from release.images import every_image
from release.sbom import bill_of_materials
from tests.images import ALL
from tests.project_copy import ProjectCopy


def test_addresses_of_nobody_are_not_published_to(project: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"], project.root) == 0
    assert main(["check", "--publish"], project.root) == 1
    assert "release/release.yaml: these addresses belong to nobody: repository: https://charts.example.com" in (
        capsys.readouterr().err
    )


def test_a_tag_of_another_version_is_refused(project: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--tag", "v1.0.0"], project.root) == 0
    assert main(["check", "--tag", "v1.0.1"], project.root) == 1
    assert "the tag v1.0.1 is not that of version 1.0.0" in capsys.readouterr().err


def test_an_image_that_no_case_has_is_an_error(project: ProjectCopy) -> None:
    (project.chart / "values.yaml").open("a").write("\nspare:\n  image: {repository: example.com/spare, tag: '1'}\n")
    (project.chart / "values.schema.json").unlink()
    with pytest.raises(ReleaseError, match=r"images: example\.com/spare: add one to claude-relay/ci/"):
        every_image(project.chart)


def test_the_bill_of_materials_is_valid_and_whole(project: ProjectCopy, tmp_path: Path) -> None:
    chart = stage(Repository(project.root), "HEAD", tmp_path)
    data = {**read_chart_file(chart), "home": "https://git.example.com/chart"}
    archive = pack(chart, tmp_path / "made", 0, data)
    pinned = "registry.example.com:5000/a/b@sha256:" + "0" * 64
    text = bill_of_materials(archive, data, [*ALL, pinned], 1_700_000_000)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    assert document["metadata"]["component"]["version"] == data["version"]
    parts: dict[str, list[dict[str, str]]] = {}
    for part in document["components"]:
        parts.setdefault(part["type"], []).append(part)
    assert {part["name"] for part in parts["file"]} == set(contents(archive))
    assert {(part["name"], part["version"]) for part in parts["application"]} == {("charts/redis", "1.0.0")}
    assert {part["purl"] for part in parts["container"]} >= {
        "pkg:oci/redis?repository_url=docker.io/redis&tag=8.2.3",
        f"pkg:oci/b@sha256:{'0' * 64}?repository_url=registry.example.com:5000/a/b",
    }
    assert len(parts["container"]) == 5
    assert text == bill_of_materials(archive, data, [*ALL, pinned], 1_700_000_000)


def test_the_notes_are_the_changelogs_entry(project: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> None:
    project.raise_version("1.2.3", "- One change.")
    assert main(["notes"], project.root) == 0
    assert capsys.readouterr().out == "- One change.\n"
