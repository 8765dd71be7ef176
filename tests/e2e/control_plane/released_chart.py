"""The chart as it was released before, taken from the git tag of that release."""

import re
from pathlib import Path

from release.errors import ReleaseError
from release.git import Repository

CHANGELOG = "CHANGELOG.md"
CHART_FILE = "charts/claude-relay/Chart.yaml"


def earlier_release(repository: Path) -> list[str]:
    """The last version that the changelog tells of before the present one; empty while there is but one."""
    present = re.search(r"(?m)^version: (\S+)$", (repository / CHART_FILE).read_text(encoding="utf-8"))
    versions = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", (repository / CHANGELOG).read_text(encoding="utf-8"))
    assert present, f"{CHART_FILE} has no version"
    assert present[1] in versions, f"{CHANGELOG} does not tell of {present[1]}, the version in {CHART_FILE}"
    return versions[versions.index(present[1]) + 1 :][:1]


def released_chart(repository: Path, chart: Path, version: str, folder: Path) -> Path:
    """Unpack a released version under `folder`; `chart` is its path in the repository."""
    try:
        Repository(repository).extract(f"v{version}", (str(chart),), folder)
    except ReleaseError as error:
        raise AssertionError(
            f"{CHANGELOG} tells of {version}, but there is no chart of it: {error}: "
            f"fetch the tags (git fetch --tags), or tag the release v{version}"
        ) from error
    return folder / chart
