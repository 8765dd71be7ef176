"""Images of the kind tier: every container of the chart has one, under the name that its pods use."""

from collections.abc import Callable

import pytest

from chartgate.releases.release import Release
from tests.e2e.cluster.images import FOLDER, STAND_INS, canonical

EVERYTHING = {"serviceMonitor": {"enabled": True}, "storage": {"logs": {"mode": "fluentbit"}}}
# These run in the application's image, too.
OTHERS = {"wait-for-redis", "admin-setup", "test"}


def test_every_container_of_the_chart_has_a_stand_in(render: Callable[..., Release]) -> None:
    containers = [container for obj in render(values=EVERYTHING).workloads() for container in obj.containers]
    assert {container.name for container in containers} - OTHERS == set(STAND_INS)
    assert [folder for folder in STAND_INS.values() if not (FOLDER / folder / "Dockerfile").is_file()] == []
    application = {c.manifest["image"] for c in containers if c.name in {*OTHERS, "http"}}
    assert len(application) == 1


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("redis", "docker.io/library/redis"),
        ("docker.io/redis:8", "docker.io/library/redis:8"),
        ("fluent/fluent-bit:5", "docker.io/fluent/fluent-bit:5"),
        ("quay.io/a/b:1", "quay.io/a/b:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("registry:5000/a", "registry:5000/a"),
    ],
)
def test_names_are_those_of_the_container_runtime(image: str, name: str) -> None:
    assert canonical(image) == name
