"""Whether the chart can be released: its version, its changelog, and what has changed since earlier releases."""

import tempfile
from pathlib import Path

from release import changelog
from release.addresses import installation
from release.archive import contents, pack, read_chart_file, stage
from release.errors import ReleaseError
from release.git import Repository, precedence
from release.settings import CHART, FILE, read_settings
from release.values import require_conversions


def check(root: Path) -> str:
    """Compare HEAD with the last release, the tag `vVERSION` with the highest version, and tell what was found.

    Raises:
        ReleaseError: the version has no changelog entry; the README names other addresses; the chart or a subchart has
            changed and its version has not; a version is lower than the released one; Chart.yaml names another
            version of a subchart; or conversions.yaml does not say what becomes of a value of the last release.
    """
    repository = Repository(root)
    repository.require_whole()
    released = repository.versions()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        present = stage(repository, "HEAD", folder / "present")
        version = str(read_chart_file(present)["version"])
        changes = changelog.changes_of(root, version)
        _require_subchart_versions(present)
        if installation(read_settings(root)) not in (present / "README.md").read_text(encoding="utf-8"):
            raise ReleaseError(f"{CHART}/README.md: does not tell the addresses in {FILE}: run `make generate`")
        if not released:
            return f"{version}: {len(changes)} changes in {changelog.FILE}; the first release"
        last = released[-1]
        earlier = stage(repository, f"v{last}", folder / "earlier")
        _require_new_version(CHART, present, earlier, folder)
        require_conversions(present, earlier, (last, version))
        for subchart in sorted((present / "charts").glob("*/")):
            before = earlier / "charts" / subchart.name
            if before.exists():
                _require_new_version(f"{CHART}/charts/{subchart.name}", subchart, before, folder / subchart.name)
    return f"{version}: {len(changes)} changes in {changelog.FILE}; the last release is {last}"


def require_unreleased(repository: Repository, version: str) -> None:
    """Raises ReleaseError if the version has a tag, and that tag is another commit than HEAD."""
    if version in repository.versions() and not repository.is_head(f"v{version}"):
        raise ReleaseError(
            f"version {version} was released from another commit, the tag v{version}: raise `version` in "
            f"{CHART}/Chart.yaml, or check out v{version} to make its archive again"
        )


def _require_new_version(name: str, present: Path, earlier: Path, folder: Path) -> None:
    now, before = (str(read_chart_file(chart)["version"]) for chart in (present, earlier))
    if precedence(now) < precedence(before):
        raise ReleaseError(f"{name}/Chart.yaml: version: {now} is lower than the released {before}: raise it")
    if now != before:
        return
    files = [
        contents(pack(chart, folder / chart.parts[-1] / label, 0))
        for chart, label in ((present, "now"), (earlier, "before"))
    ]
    changed = sorted(path for path in files[0].keys() | files[1].keys() if files[0].get(path) != files[1].get(path))
    if changed:
        shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        raise ReleaseError(
            f"{name} has changed since its release {before} ({shown}): raise `version` in {name}/Chart.yaml"
        )


def _require_subchart_versions(chart: Path) -> None:
    for dependency in read_chart_file(chart).get("dependencies", ()):
        folder = chart / "charts" / dependency["name"]
        if folder.exists() and (found := str(read_chart_file(folder)["version"])) != str(dependency["version"]):
            raise ReleaseError(
                f"{CHART}/Chart.yaml: dependencies: {dependency['name']}: version {dependency['version']} is not that "
                f"of charts/{dependency['name']}, {found}: write {found}"
            )
