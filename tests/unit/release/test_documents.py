"""What a release reads and writes beside the archive: settings, changelog, images, and the bill of materials."""

from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.chart_files import read_chart_files
from release.__main__ import main
from release.archive import run_helm
from release.changelog import Change, changes_of, notes_of
from release.errors import ReleaseError
from release.git import precedence
from release.images import images_with
from release.metadata import name_of
from release.push import is_missing
from release.settings import FILE, read_settings
from tests.images import ALL

WHOLE = """\
oci: oci://r.example.com/charts
home: https://h.example.com
maintainers: [{name: a, email: a@example.com}]
"""

CHANGELOG = """\
# Changelog

## 1.10.0 - 2026-01-02

Words about the release.

### Added

- A value
  that does much.

### Fixed
* A fault.

A paragraph.

### Notes

- Read this.

## 1.1.0

- The first.
"""


def test_changes_have_the_kind_of_their_heading(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    assert changes_of(tmp_path, "1.10.0") == [
        Change("A value that does much.", "added"),
        Change("A fault.", "fixed"),
        Change("Read this."),
    ]
    assert changes_of(tmp_path, "1.1.0") == [Change("The first.")]
    assert notes_of(tmp_path, "1.1.0") == "- The first."
    with pytest.raises(ReleaseError, match=r"no entry for version 1\.10"):
        changes_of(tmp_path, "1.10")


def test_versions_have_the_order_of_semver() -> None:
    # The example of semver.org, section 11.
    ordered = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    versions = ["1.0.0", *(f"1.0.0-{word}" for word in ordered)]
    assert sorted(versions, key=precedence) == [*versions[1:], "1.0.0"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repository: [", "is not YAML"),
        ("", '"repository" is a required'),
        ("[]", "file: .*is not of type"),
        (WHOLE, '"repository" is a required'),
        (f"{WHOLE}repository: https://r.example.com/\n", "repository: .* does not match"),
        (f"{WHOLE}repository: https://r.example.com\nmail: x\n", "'mail' was unexpected"),
        (f"{WHOLE}repository: https://r.example.com\nartifact_hub_id: ''\n", "artifact_hub_id: .* does not match"),
        (
            f"{WHOLE}repository: https://r.example.com\nlinks: [{{url: x, name: y}}]",
            r'links\[0\]\.url: "x" does not match',
        ),
    ],
)
def test_invalid_settings_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(GateError, match=rf"{FILE}: .*{message}"):
        read_settings(tmp_path)


def test_every_image_of_the_chart_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["images"]) == 0
    assert capsys.readouterr().out.splitlines() == ALL


def test_the_images_of_one_installation(chart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    external = "redis: {enabled: false}\nexternalRedis: {host: redis.example.com}"
    assert images_with(read_chart_files(chart), [external]) == ALL[1:3]
    values = tmp_path / "values.yaml"
    values.write_text("global: {imageRegistry: registry.example.com}\n", encoding="utf-8")
    assert main(["images", "--values", str(values)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "registry.example.com/fluent/fluent-bit:5.1.1",
        "registry.example.com/redis:8.2.3",
        "registry.example.com/wei-shaw/claude-relay-service:v1.1.314",
    ]
    values.write_text("redis: 5\n", encoding="utf-8")
    assert main(["images", "--values", str(values)]) == 1
    assert "release: the chart cannot be rendered: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("redis", "redis"),
        ("a.example.com:5000/b/c", "c"),
        ("b/c:1", "c"),
        ("b/c@sha256:00", "c"),
        ("b/c:1@sha256:0", "c"),
    ],
)
def test_the_name_of_an_image(image: str, name: str) -> None:
    assert name_of(image) == name


def test_a_registry_that_asks_for_a_login_is_not_an_empty_one() -> None:
    assert is_missing("registry.example.com/charts/claude-relay:1.0.0: not found")
    assert not is_missing('HEAD "https://registry.example.com/v2/charts": basic credential not found')
    assert not is_missing("response status code 403: denied: permission_denied")


@pytest.mark.parametrize(
    ("variable", "place"),
    [("XDG_CONFIG_HOME", "helm/registry/config.json"), ("HELM_CONFIG_HOME", "registry/config.json")],
)
def test_the_login_to_a_registry_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, place: str
) -> None:
    for name in ("HELM_CONFIG_HOME", "HELM_REGISTRY_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    assert run_helm(["env", "HELM_REGISTRY_CONFIG"]).strip() == str(tmp_path / place)
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", "/elsewhere")
    assert run_helm(["env", "HELM_REGISTRY_CONFIG"]).strip() == "/elsewhere"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["push", "--folder", "nowhere"], "nowhere/claude-relay-1.0.0.tgz: there is no such archive"),
        (["package", "--key", "somebody"], "--keyring and --key belong together"),
        (["images", "--values", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
    ],
)
def test_wrong_arguments_are_one_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"release: {message}")
