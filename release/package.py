"""Makes a release: the archive, its provenance, the index, the list of images and the bill of materials."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from release import changelog
from release.archive import pack, read_chart_file, sha256, stage
from release.check import check, require_unreleased
from release.errors import ReleaseError
from release.git import Repository
from release.images import every_image
from release.index import add_to_index, require_same
from release.metadata import ICON, KEY, release_metadata, release_readme, repository_metadata
from release.sbom import bill_of_materials
from release.schemas import FOLDER, published
from release.settings import KEY_FILE, read_settings
from release.signing import Signer, fingerprint_of, public_key, verify


@dataclass(frozen=True)
class Made:
    """A release that was made, or was there already with the same content."""

    archive: Path
    digest: str
    signed: bool


def make_package(root: Path, folder: Path, signer: Signer | None = None, *, rehearsal: bool = False) -> Made:
    """Make the release of HEAD in `folder`, which a web server can serve as a chart repository.

    `folder` may hold earlier releases: their archives and entries stay. Nothing in it is changed if the release is
    refused.

    Args:
        rehearsal: make the archive of a version that was released from another commit, too. It is not to be published.

    Raises:
        ReleaseError: the tree is not clean, `check` refuses it, the version exists with other content, or Helm fails.
    """
    repository, settings = Repository(root), read_settings(root)
    repository.require_clean()
    check(root)
    when = repository.commit_time()
    key = public_key(root)
    if signer and not key:
        raise ReleaseError(f"there is no {KEY_FILE} to verify the signature with: write it with gpg --armor --export")
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / "made"
        chart = stage(repository, "HEAD", Path(temporary))
        data = read_chart_file(chart)
        if not rehearsal:
            require_unreleased(repository, str(data["version"]))
        images = every_image(chart)
        changes = changelog.changes_of(root, str(data["version"]))
        metadata = release_metadata(data, settings, changes, images, fingerprint_of(key) if key else "")
        readme = chart / "README.md"
        text = release_readme(readme.read_text(encoding="utf-8"), settings, str(data["version"]))
        readme.write_text(text, encoding="utf-8")
        archive = pack(chart, made, when, metadata, signer.options() if signer else ())
        if signer and key:
            verify(archive, key)
        digest = sha256(archive)
        kept = folder / archive.name
        if kept.exists():
            require_same(str(kept), sha256(kept), digest)
        texts = {
            f"{archive.stem}.images.txt": "".join(f"{image}\n" for image in images),
            f"{archive.stem}.cdx.json": bill_of_materials(archive, metadata, images, when),
            "artifacthub-repo.yml": repository_metadata(settings),
        }
        (made / FOLDER).mkdir()
        for name, text in {**texts, **published(root, settings)}.items():
            (made / name).write_text(text, encoding="utf-8")
        shutil.copyfile(root / "release" / ICON, made / ICON)
        if key:
            shutil.copyfile(key, made / KEY)
        folder.mkdir(parents=True, exist_ok=True)
        add_to_index(folder, archive, (str(data["name"]), str(data["version"])), settings.repository)
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return Made(kept, digest, signed=signer is not None)
