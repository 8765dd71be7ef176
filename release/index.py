"""index.yaml of the chart repository. Helm adds an entry; no entry of an earlier version is lost or changed."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from chartgate.tools.kubernetes_yaml import read_one
from release.archive import run_helm, sha256
from release.errors import ReleaseError

FILE = "index.yaml"

Chart = tuple[str, str]
"""Name and version."""


def add_to_index(folder: Path, archive: Path, chart: Chart, repository: str) -> None:
    """Add the archive to the index in `folder`, or do nothing if it is in there already.

    Args:
        chart: name and version of the archive.
        repository: the URL that serves the folder.

    Raises:
        ReleaseError: the index cannot be read, has the version with other content, or would lose or change an entry.
    """
    path = folder / FILE
    before = _entries(path) if path.exists() else {}
    _require_archives(folder, before)
    if chart in before:
        require_same(f"{path}: {' '.join(chart)}", str(before[chart].get("digest")), sha256(archive))
        return
    with tempfile.TemporaryDirectory() as temporary:
        staged = Path(temporary)
        shutil.copy2(archive, staged)
        merge = ["--merge", str(path)] if before else []
        run_helm(["repo", "index", str(staged), "--url", repository, *merge])
        after = _entries(staged / FILE)
        # Helm leaves out, without an error, entries that it takes for invalid.
        lost = sorted(" ".join(key) for key, entry in before.items() if not entry.items() <= after.get(key, {}).items())
        if lost:
            raise ReleaseError(f"{path}: Helm would lose or change these entries: {', '.join(lost)}: correct them")
        shutil.copyfile(staged / FILE, path)


def _require_archives(folder: Path, entries: Mapping[Chart, Mapping[str, Any]]) -> None:
    """Raises ReleaseError if an archive in the folder is not the one that its entry tells of."""
    for entry in entries.values():
        for url in entry.get("urls", ()):
            archive = folder / str(url).rpartition("/")[2]
            if archive.is_file() and "digest" in entry and sha256(archive) != entry["digest"]:
                raise ReleaseError(
                    f"{archive} is not what {FILE} tells (SHA-256 {entry['digest']}): somebody has changed it: restore "
                    "the published archive"
                )


def require_same(what: str, published: str, made: str) -> None:
    """Raises ReleaseError if a published version has another SHA-256 than the archive that was made."""
    if published != made:
        raise ReleaseError(
            f"{what} exists with other content (SHA-256 {published}, this archive has {made}): a published version "
            "never changes: raise `version` in Chart.yaml, or remove the archive and its entry if nobody has got it"
        )


def _entries(path: Path) -> dict[Chart, Mapping[str, Any]]:
    try:
        data = read_one(path.read_bytes())
        return {(name, str(entry["version"])): entry for name, entries in data["entries"].items() for entry in entries}
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise ReleaseError(
            f"{path}: cannot be read as a repository's index: {error}: restore it from the last publication"
        ) from error
