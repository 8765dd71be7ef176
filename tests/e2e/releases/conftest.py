"""Fixtures of the release tests: a git repository of their own, and a signing key made for the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from release import package
from release.images import every_image
from release.signing import Signer
from tests.project_copy import ProjectCopy, copy_project
from tests.signing_key import new_signer


@pytest.fixture
def project(tmp_path: Path) -> ProjectCopy:
    """The project's release files in a git repository with one commit, and no tag."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """A new key with a passphrase. Its public half is beside the keyring, as `public.asc`."""
    return new_signer(tmp_path_factory.mktemp("key"), "release@example.com")


@pytest.fixture(scope="session", autouse=True)
def images_found_once(chart: Path) -> Iterator[None]:
    """All releases of these tests have the same images: finding them renders every case of the chart."""
    images = every_image(chart)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "every_image", lambda _: images)
        yield
