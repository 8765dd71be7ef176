"""The chart with its default values, unmodified, and what its operator does next."""

import re
from collections.abc import Iterator

import pytest

from tests.e2e.cluster.namespace import MakeNamespace, Namespace
from tests.e2e.cluster.release import ClusterRelease, ReleaseIn


@pytest.fixture(scope="module")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here: they only read."""
    with make_namespace("default") as made:
        yield made


@pytest.fixture(scope="module")
def release(release_in: ReleaseIn, namespace: Namespace) -> ClusterRelease:
    """Installed; `--wait` has seen everything ready."""
    release = release_in(namespace)
    release.install()
    return release


def test_helm_test_passes(release: ClusterRelease) -> None:
    assert re.search(r"(?m)^Phase: +Succeeded$", release.test())
