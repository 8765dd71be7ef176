"""The scripts of the application's pod as files, where a test can run them."""

from pathlib import Path

from chartgate.releases.release import Release


def write_scripts(release: Release, folder: Path) -> Path:
    """Write the scripts of a release into a new folder, and give it."""
    folder.mkdir()
    (scripts,) = (obj for obj in release.of_kind("ConfigMap") if obj.name.endswith("-scripts"))
    for name, text in scripts.at("data").items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
