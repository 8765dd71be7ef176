"""An operator of the public chart upgrades in place: the keys, the claims and every object of the old names live on."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ReleaseCalled
from tests.e2e.helm_release import Values
from tests.e2e.namespace import Namespace, Ref
from tests.e2e.public_chart import write_public_chart

# What operators of the public chart have in their values files; both charts get the same.
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


@pytest.fixture
def public_chart(tmp_path: Path) -> Path:
    """The stand-in for the public chart."""
    return write_public_chart(tmp_path)


def secrets_in(namespace: Namespace) -> dict[Ref, dict[str, str]]:
    return {ref: item["data"] for ref, item in namespace.objects().items() if ref[0] == "Secret"}


def selectors_in(namespace: Namespace) -> dict[Ref, Any]:
    workloads = {"Deployment", "StatefulSet"}
    return {ref: item["spec"]["selector"] for ref, item in namespace.objects().items() if ref[0] in workloads}


# One name that has the chart's in it and one that has not: the names of all objects hang on that.
@pytest.mark.parametrize(
    ("name", "values"), [("prod", {}), ("claude-relay", EVERYTHING)], ids=["defaults", "everything"]
)
def test_an_upgrade_from_the_public_chart_replaces_nothing(
    release_called: ReleaseCalled, namespace: Namespace, public_chart: Path, name: str, values: Values
) -> None:
    release = release_called(name)
    release.install(values, chart=public_chart)
    uids, secrets, selectors = namespace.fields("uid"), secrets_in(namespace), selectors_in(namespace)
    assert len(selectors) == 2
    for _ in range(2):  # the first upgrade takes the objects over, the second is an ordinary one
        release.upgrade(values)
        now = namespace.fields("uid")
        assert {ref: now.get(ref) for ref in uids} == uids
        assert {ref: kept_keys(secrets_in(namespace)[ref], data) for ref, data in secrets.items()} == secrets
        assert selectors_in(namespace) == selectors


def kept_keys(now: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """The data of a Secret, but for the keys that the upgrade added."""
    return {key: value for key, value in now.items() if key in before}
