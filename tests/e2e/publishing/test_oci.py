"""The chart from an OCI registry: pulled and installed by version and by digest, pushed once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from release.archive import sha256
from release.errors import ReleaseError
from release.push import push_archive
from tests.e2e.helm_release import HelmRefusal
from tests.e2e.publishing.conftest import FIRST, QUICKLY, SECOND, Published
from tests.e2e.publishing.registry import Registry
from tests.e2e.publishing.user import HelmUser

HTTP = "--plain-http"
EVERY_HELM = ["3.17.3", "4.3.1"]  # Helm knows OCI registries since 3.8, and --plain-http since 3.13


@pytest.mark.parametrize("spec", EVERY_HELM)
def test_a_version_and_its_digest_are_the_archive_that_was_made(
    published: Published, oci: str, user: Callable[[str], HelmUser], spec: str
) -> None:
    someone = user(spec)
    for version in (FIRST, SECOND):
        someone.run("pull", oci, "--version", version, HTTP, "--verify", "--keyring", str(published.keyring))
        assert sha256(someone.home / f"claude-relay-{version}.tgz") == sha256(published.archive(version))
    assert yaml.safe_load(someone.run("show", "chart", oci, HTTP))["version"] == SECOND
    assert yaml.safe_load(someone.run("show", "chart", f"oci://{published.digests[FIRST]}", HTTP))["version"] == FIRST


@pytest.mark.parametrize("spec", EVERY_HELM)
def test_an_installed_chart_is_upgraded_by_digest(
    published: Published, oci: str, user: Callable[[str], HelmUser], spec: str
) -> None:
    someone = user(spec)
    namespace = ["--namespace", f"oci-{spec.replace('.', '-')}"]
    someone.run("install", "relay", oci, "--version", FIRST, HTTP, *namespace, *QUICKLY, "--create-namespace")
    someone.run("upgrade", "relay", f"oci://{published.digests[SECOND]}", HTTP, *namespace, *QUICKLY)
    (listed,) = someone.answer("list", *namespace)
    assert (listed["chart"], listed["revision"], listed["status"]) == (f"claude-relay-{SECOND}", "2", "deployed")


def test_a_version_is_pushed_once(published: Published, registry: Registry, tmp_path: Path) -> None:
    folder = f"oci://{registry.address}/charts"
    chart = ("claude-relay", FIRST)
    assert push_archive(published.archive(FIRST), chart, folder, [HTTP]) == published.digests[FIRST]
    other = tmp_path / published.archive(FIRST).name
    shutil.copyfile(published.archive(SECOND), other)
    with pytest.raises(ReleaseError, match=r"claude-relay:1\.0\.0 exists with other content"):
        push_archive(other, chart, folder, [HTTP])


def test_a_registry_that_does_not_answer_is_an_error(published: Published) -> None:
    with pytest.raises(ReleaseError, match=r"helm pull: .*127\.0\.0\.1:9"):
        push_archive(published.archive(FIRST), ("claude-relay", FIRST), "oci://127.0.0.1:9/charts", [HTTP])


@pytest.mark.parametrize("spec", EVERY_HELM)
def test_a_blob_that_was_changed_in_the_registry_is_refused(
    published: Published, registry: Registry, user: Callable[[str], HelmUser], spec: str
) -> None:
    digest = sha256(published.archive(FIRST))
    blob = registry.storage / "docker/registry/v2/blobs/sha256" / digest[:2] / digest / "data"
    whole = blob.read_bytes()
    blob.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with pytest.raises(HelmRefusal, match=r"digest|checksum|content"):
            user(spec).run("pull", f"oci://{published.digests[FIRST]}", HTTP)
    finally:
        blob.write_bytes(whole)
