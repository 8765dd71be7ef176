"""The packaged Chart.yaml: the chart's own, with what only a release knows.

The annotations are those of Artifact Hub (its documentation, Artifact Hub annotations in Helm Chart.yaml file). They
are texts that hold YAML, as Helm asks for texts.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec import to_builtins

from release import changelog, git
from release.changelog import Change
from release.settings import CHART, Settings

PREFIX = "artifacthub.io/"
ICON = "icon.svg"
KEY = "signing-key.asc"


def release_metadata(
    chart_file: Mapping[str, Any],
    settings: Settings,
    changes: Sequence[Change],
    images: Sequence[str],
    fingerprint: str = "",
) -> dict[str, Any]:
    """Chart.yaml of the release.

    Args:
        chart_file: Chart.yaml as it is committed; its `sources` are the application's.
        images: the references of all images.
        fingerprint: of the key that the release is signed with; empty for a release without a signature.
    """
    version = str(chart_file["version"])
    links = [
        *to_builtins(settings.links),
        {"name": "changelog", "url": f"{settings.home}/blob/v{version}/{changelog.FILE}"},
        {"name": "support", "url": f"{settings.home}/issues"},
    ]
    annotations = {
        f"{PREFIX}changes": _yaml([_change(change) for change in changes]),
        f"{PREFIX}images": _yaml([{"name": name_of(image), "image": image} for image in images]),
        f"{PREFIX}links": _yaml(links),
        f"{PREFIX}prerelease": str(git.is_prerelease(version)).lower(),
    }
    if any(change.kind == "security" for change in changes):
        annotations[f"{PREFIX}containsSecurityUpdates"] = "true"
    if settings.recommendations:
        annotations[f"{PREFIX}recommendations"] = _yaml(to_builtins(settings.recommendations))
    if fingerprint:
        annotations[f"{PREFIX}signKey"] = _yaml({"fingerprint": fingerprint, "url": f"{settings.repository}/{KEY}"})
    return {
        **chart_file,
        "home": settings.home,
        "icon": f"{settings.repository}/{ICON}",
        "sources": [settings.home, *chart_file.get("sources", ())],
        "maintainers": list(to_builtins(settings.maintainers)),
        "annotations": {**chart_file.get("annotations", {}), **annotations},
    }


def release_readme(text: str, settings: Settings, version: str) -> str:
    """The README of the archive: links to files outside the chart lead to the chart's repository, at the version's tag.

    >>> settings = Settings("", "", "https://git.example.com/chart", ())
    >>> release_readme("[images](../../docs/images.md#all)", settings, "1.0.0")
    '[images](https://git.example.com/chart/blob/v1.0.0/docs/images.md#all)'
    """
    up = "../" * len(Path(CHART).parts)
    return text.replace(f"]({up}", f"]({settings.home}/blob/v{version}/")


def repository_metadata(settings: Settings) -> str:
    """artifacthub-repo.yml, which lies beside index.yaml: who may claim the repository on Artifact Hub."""
    owners = [{"name": maintainer.name, "email": maintainer.email} for maintainer in settings.maintainers]
    identity = {"repositoryID": settings.artifact_hub_id} if settings.artifact_hub_id else {}
    return _yaml({**identity, "owners": owners})


def name_of(image: str) -> str:
    """The short name of an image: the last part of its repository.

    >>> name_of("registry.example.com:5000/folder/name:1.2@sha256:0123")
    'name'
    """
    return image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]


def _change(change: Change) -> dict[str, str]:
    # Artifact Hub shows plain text.
    text = {"description": change.text.replace("`", "")}
    return {"kind": change.kind, **text} if change.kind else text


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
