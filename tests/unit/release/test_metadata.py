"""The packaged Chart.yaml keeps the rules of Artifact Hub: its documentation, and what its tracker refuses.

Sources: artifacthub.io/docs/topics/annotations/helm, and internal/pkg/metadata.go and
internal/tracker/source/helm/helm.go of github.com/artifacthub/hub.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from release.archive import read_chart_file
from release.changelog import KINDS, Change, changes_of
from release.images import every_image
from release.metadata import release_metadata, repository_metadata
from release.settings import Settings, read_settings

ROOT = Path(__file__).parents[3]
CATEGORIES = {
    *("ai-machine-learning", "database", "integration-delivery", "monitoring-logging", "networking", "security"),
    *("storage", "streaming-messaging", "skip-prediction"),
}
KEYS = {
    *("alternativeName", "category", "changes", "containsSecurityUpdates", "images", "crds", "crdsExamples", "license"),
    *("links", "maintainers", "operator", "operatorCapabilities", "prerelease", "recommendations", "screenshots"),
    "signKey",
}
URL = re.compile(r"https://[\w.-]+(/\S*)?")
# github.com/opencontainers/distribution-spec, Pulling manifests, after the registry's host.
REFERENCE = re.compile(r"[\w.:-]+(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(ROOT)


@pytest.fixture(scope="module")
def metadata(settings: Settings, chart: Path) -> dict[str, Any]:
    data = read_chart_file(chart)
    changes = changes_of(ROOT, str(data["version"]))
    return release_metadata(data, settings, changes, every_image(chart), "C874011F0AB405110D02105534365D9472D7468F")


def annotation(metadata: dict[str, Any], key: str) -> Any:
    return yaml.safe_load(metadata["annotations"][f"artifacthub.io/{key}"])


def test_annotations_are_known_texts(metadata: dict[str, Any]) -> None:
    assert {key.removeprefix("artifacthub.io/") for key in metadata["annotations"]} <= KEYS
    assert all(isinstance(value, str) for value in metadata["annotations"].values())


def test_the_changes_are_those_of_the_changelog(metadata: dict[str, Any]) -> None:
    changes = annotation(metadata, "changes")
    assert len(changes) == len(changes_of(ROOT, metadata["version"])) > 1
    for change in changes:
        assert change.keys() <= {"kind", "description", "links"}
        assert change.get("kind", "added") in KINDS
        assert change["description"].strip()
        assert "`" not in change["description"]
        assert "\n" not in change["description"]


def test_the_images_are_references_with_names(metadata: dict[str, Any]) -> None:
    images = annotation(metadata, "images")
    assert {image["name"] for image in images} == {"claude-relay-service", "redis", "fluent-bit", "json-exporter"}
    for image in images:
        assert image.keys() <= {"name", "image", "whitelisted", "platforms"}
        assert REFERENCE.fullmatch(image["image"])


def test_the_licence_is_that_of_the_chart(metadata: dict[str, Any], chart: Path) -> None:
    assert annotation(metadata, "license") == "MIT"
    assert (chart / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_links_lead_to_the_chart_and_to_the_application(metadata: dict[str, Any], settings: Settings) -> None:
    links = {link["name"]: link["url"] for link in annotation(metadata, "links")}
    assert links["support"] == f"{settings.home}/issues"
    assert links["changelog"] == f"{settings.home}/blob/v{metadata['version']}/CHANGELOG.md"
    assert metadata["home"] == settings.home
    assert metadata["sources"] == [settings.home, "https://github.com/Wei-Shaw/claude-relay-service"]
    recommended = [entry["url"] for entry in annotation(metadata, "recommendations")]
    assert all(re.fullmatch(r"https://artifacthub\.io/packages/helm/[\w-]+/[\w-]+", url) for url in recommended)
    assert all(URL.fullmatch(url) for url in [*links.values(), *metadata["sources"], metadata["icon"]])


def test_each_maintainer_has_an_email_address(metadata: dict[str, Any]) -> None:
    for maintainer in metadata["maintainers"]:
        assert maintainer.keys() <= {"name", "email", "url"}
        assert maintainer["name"]
        assert "@" in maintainer["email"]


def test_the_key_has_a_fingerprint_and_a_url(metadata: dict[str, Any], settings: Settings) -> None:
    key = annotation(metadata, "signKey")
    assert re.fullmatch(r"[0-9A-F]{40}", key["fingerprint"])
    assert key["url"] == f"{settings.repository}/signing-key.asc"


def test_the_rest_has_one_of_the_known_values(metadata: dict[str, Any]) -> None:
    assert metadata["annotations"]["artifacthub.io/category"] in CATEGORIES
    assert metadata["annotations"]["artifacthub.io/prerelease"] == "false"


@pytest.mark.parametrize(("version", "expected"), [("1.1.0-rc.1", "true"), ("1.1.0", "false")])
def test_a_prerelease_says_so(settings: Settings, chart: Path, version: str, expected: str) -> None:
    data = {**read_chart_file(chart), "version": version}
    found = release_metadata(data, settings, [Change("Something", "security")], [])["annotations"]
    assert found["artifacthub.io/prerelease"] == expected
    assert found["artifacthub.io/containsSecurityUpdates"] == "true"
    assert "artifacthub.io/signKey" not in found


def test_the_repository_tells_its_owners(settings: Settings) -> None:
    data = yaml.safe_load(repository_metadata(settings))
    assert data == {"owners": [{"name": owner.name, "email": owner.email} for owner in settings.maintainers]}
    identity = "0f8fad5b-d9cb-469f-a165-70867728950e"
    known = yaml.safe_load(repository_metadata(Settings("", "", "", settings.maintainers, identity)))
    assert known["repositoryID"] == identity


def test_the_icon_is_an_svg_image() -> None:
    assert "<svg xmlns=" in (ROOT / "release" / "icon.svg").read_text(encoding="utf-8")
