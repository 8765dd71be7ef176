"""An operator of an earlier chart upgrades in place: the keys, the PVCs and every object of the old names live on.

Earlier charts are the public one, which this chart succeeds, and the last release of this chart before the present
version; 1.0.0 is the first, and has none.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate.cli import CLEAN, main
from tests.e2e.control_plane.namespace import Namespace, Ref, metadata
from tests.e2e.control_plane.public_chart import write_public_chart
from tests.e2e.control_plane.released_chart import earlier_release, released_chart
from tests.e2e.helm_release import ReleaseCalled, Values

# What operators of the public chart have in their values files; every chart gets the same.
EVERYTHING = {
    "config": {"adminPassword": "chosen by the operator"},
    "redis": {"auth": {"enabled": True}},
    "autoscaling": {"enabled": True},
    "ingress": {"enabled": True, "hosts": [{"host": "relay.example.com"}]},
    "storage": {
        "data": {"external": {"enabled": True, "accessMode": "ReadWriteMany"}},
        "logs": {"mode": "pvc", "persistence": {"accessMode": "ReadWriteMany"}},
    },
}


PUBLIC = "public"
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(params=[PUBLIC, *earlier_release(REPOSITORY)])
def earlier_chart(request: pytest.FixtureRequest, chart: Path, tmp_path: Path) -> Path:
    """The stand-in for the public chart, or a release of this one."""
    if request.param == PUBLIC:
        return write_public_chart(tmp_path)
    return released_chart(REPOSITORY, chart.relative_to(REPOSITORY), request.param, tmp_path)


Objects = Mapping[Ref, Any]


def selectors(objects: Objects) -> dict[Ref, Any]:
    found = {ref: objects[ref]["spec"]["selector"] for ref in objects if ref[0] in {"Deployment", "StatefulSet"}}
    assert len(found) == 2
    return found


def assert_nothing_is_replaced(before: Objects, now: Objects) -> None:
    """Each object is still there, the same one, and the workloads select the same pods."""
    kept = {ref: now[ref] for ref in before if ref in now}
    assert metadata(kept, "uid") == metadata(before, "uid")
    assert selectors(kept) == selectors(before)


def assert_secrets_are_kept(before: Objects, now: Objects) -> None:
    """Each Secret still has its keys with their values. An upgrade may add keys."""
    secrets = {ref: item["data"] for ref, item in before.items() if ref[0] == "Secret"}
    assert secrets, "there is no Secret to compare"
    for ref, data in secrets.items():
        assert data, f"{ref} has no key to compare"
        assert {key: now[ref]["data"].get(key) for key in data} == data


# One name that has the chart's in it and one that has not: the names of all objects hang on that.
@pytest.mark.parametrize(
    ("name", "values"), [("prod", {}), ("claude-relay", EVERYTHING)], ids=["defaults", "everything"]
)
def test_an_upgrade_from_an_earlier_chart_replaces_nothing(
    release_called: ReleaseCalled, namespace: Namespace, earlier_chart: Path, name: str, values: Values
) -> None:
    release = release_called(name)
    release.install(values, chart=earlier_chart)
    before = namespace.objects()
    for _ in range(2):  # the first upgrade takes the objects over, the second is an ordinary one
        release.upgrade(values)
        now = namespace.objects()
        assert_nothing_is_replaced(before, now)
        assert_secrets_are_kept(before, now)


def test_an_upgrade_with_converted_values_replaces_nothing(
    release_called: ReleaseCalled, namespace: Namespace, chart: Path, tmp_path: Path
) -> None:
    """Values that the Redis of this chart has no more stand in the operator's file."""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    values = {
        "config": {"timezoneOffset": 0},
        "redis": {
            "architecture": "standalone",
            "auth": {"enabled": True},
            "image": {"registry": "docker.io", "tag": "8.2.1"},
            "containerSecurityContext": {"runAsUser": 999},
        },
    }
    old.write_text(yaml.safe_dump(values), encoding="utf-8")
    release = release_called("prod")
    release.install(values, chart=write_public_chart(tmp_path))
    before = namespace.objects()
    assert main(["convert-values", str(chart), str(old), "--from", "0.1.24", "--output", str(new)]) == CLEAN
    release.upgrade(yaml.safe_load(new.read_text(encoding="utf-8")))
    now = namespace.objects()
    assert_nothing_is_replaced(before, now)
    assert_secrets_are_kept(before, now)


def test_an_upgrade_with_the_earlier_values_alone_has_the_defaults_of_the_new_ones(
    release_called: ReleaseCalled, namespace: Namespace, earlier_chart: Path
) -> None:
    """`--reuse-values` replaces the values.yaml of the new chart by the values of the installed one."""
    release = release_called("prod")
    release.install({"config": {"adminPassword": "chosen by the operator"}}, chart=earlier_chart)
    before = namespace.objects()
    replace(release, options=(*release.options, "--reuse-values")).upgrade()
    assert namespace.get("StatefulSet", "prod-redis")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 30
    assert namespace.get("ConfigMap", "prod-claude-relay-config")["data"]["LOG_LEVEL"] == "info"
    assert_secrets_are_kept(before, namespace.objects())
