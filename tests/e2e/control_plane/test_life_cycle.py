"""The whole life of a release that has everything: nothing is replaced, nothing is lost, nothing is left over."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.helm import Helm
from tests.e2e.control_plane.namespace import Namespace, Ref, metadata
from tests.e2e.control_plane.operators import moving_too
from tests.e2e.helm_release import HelmRefusal, HelmRelease, Values

Objects = Mapping[Ref, Any]

KEPT = {
    ("Secret", "relay-claude-relay-secret"),
    ("Secret", "relay-redis"),
    ("PersistentVolumeClaim", "relay-claude-relay-logs"),
    ("PersistentVolumeClaim", "relay-claude-relay-external-data"),
}
"""What stays after an uninstallation. Redis' own PVC does too, but here is no controller that creates it."""

GENERATED = {
    "relay-claude-relay-secret": {"jwt-secret", "encryption-key", "admin-username", "admin-password"},
    "relay-redis": {"redis-password"},
}
"""The keys of each Secret."""

IMMUTABLE = {
    "Deployment": ("selector",),
    "StatefulSet": ("selector", "serviceName", "volumeClaimTemplates", "podManagementPolicy"),
    "Service": ("clusterIP", "clusterIPs"),
    "PersistentVolumeClaim": ("accessModes", "resources", "storageClassName"),
}
"""Fields of a spec that the API server never lets change, or with which traffic or data would be lost."""


@pytest.fixture
def monitoring(connection: Any, api_server: ApiServer, namespace: Namespace) -> Namespace:
    """The namespace for what the release puts elsewhere."""
    return Namespace(connection, api_server, f"{namespace.name[-50:].strip('-')}-monitoring")


@pytest.fixture
def everything(monitoring: Namespace) -> Values:
    """Values with which the chart makes an object of each kind that it knows."""
    return {
        "replicaCount": 2,
        "redis": {"auth": {"enabled": True}},
        "podDisruptionBudget": {"enabled": True},
        "ingress": {"enabled": True, "className": "traefik", "hosts": [{"host": "relay.example.com"}]},
        "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
        "serviceMonitor": {"enabled": True, "namespace": monitoring.name},
        "prometheusRule": {"enabled": True, "namespace": monitoring.name},
        "storage": {
            "data": {"external": {"enabled": True, "accessMode": "ReadWriteMany"}},
            "logs": {"mode": "pvc", "persistence": {"accessMode": "ReadWriteMany"}},
        },
    }


@pytest.fixture
def changed(everything: Values) -> Values:
    """The same with something else in every workload, and with labels, which must not reach immutable fields."""
    return {
        **everything,
        "replicaCount": 3,
        "commonLabels": {"team": "relay"},
        "podLabels": {"stage": "live"},
        "image": {"tag": "v9.9.9"},
        "config": {"logLevel": "debug", "port": 8080},
        "service": {"port": 8080},
        "ingress": {"enabled": True, "hosts": [{"host": "relay.example.org"}]},
        "redis": {
            "auth": {"enabled": True},
            "commonLabels": {"team": "cache"},
            "podLabels": {"stage": "live"},
            "image": {"tag": "9.9.9"},
            "service": {"port": 6380},
        },
    }


@pytest.fixture
def objects(namespace: Namespace, monitoring: Namespace) -> Callable[[], Objects]:
    """Tells what there is of the release now."""
    return lambda: {**namespace.objects(), **monitoring.objects()}


@moving_too
def test_upgrades_and_a_rollback_replace_nothing(
    release: HelmRelease, later_helm: Helm, everything: Values, changed: Values, objects: Callable[[], Objects]
) -> None:
    release.install(everything)
    first = objects()
    assert first.keys() > KEPT
    assert filled_keys(first) == GENERATED
    release = replace(release, helm=later_helm)

    release.upgrade(everything)
    assert states(objects()) == states(first), "nothing was changed"

    release.upgrade(changed)
    second = objects()
    assert lasting(second, first) == lasting(first, second)
    for kind in ("Deployment", "StatefulSet"):
        assert specs(second, kind) != specs(first, kind)

    release.rollback(1)
    third = objects()
    assert lasting(third, first) == lasting(first, third)
    assert {ref: content(item) for ref, item in third.items()} == {ref: content(item) for ref, item in first.items()}


@moving_too
def test_an_uninstallation_leaves_what_the_document_says_and_a_re_installation_takes_it_back(
    release: HelmRelease, later_helm: Helm, everything: Values, objects: Callable[[], Objects]
) -> None:
    release.install(everything)
    first = objects()
    release = replace(release, helm=later_helm)

    release.uninstall()
    left = objects()
    assert left.keys() == KEPT
    assert metadata(left, "resourceVersion") == {ref: first[ref]["metadata"]["resourceVersion"] for ref in KEPT}
    # By this label the document deletes what is left.
    assert {item["metadata"]["labels"]["app.kubernetes.io/instance"] for item in left.values()} == {release.name}

    release.install(everything)
    again = objects()
    assert again.keys() == first.keys()
    kept = {ref: again[ref] for ref in KEPT}
    assert lasting(kept, left) == lasting(left, kept)


@pytest.mark.parametrize(
    ("persistence", "what"),
    [
        ({"size": "2Gi"}, "redis.persistence.size was 1Gi"),
        ({"storageClass": "fast"}, 'redis.persistence.storageClass was ""'),
        ({"storageClass": "-"}, 'redis.persistence.storageClass was ""'),
        ({"accessMode": "ReadWriteMany"}, "redis.persistence.accessMode was ReadWriteOnce"),
        ({"annotations": {"a": "b"}}, "redis.persistence.annotations were {}"),
        ({"size": "1.5Gi"}, "redis.persistence.size was 1Gi"),
        ({"enabled": False}, "redis.persistence.enabled was true"),
        ({"existingClaim": "mine"}, "redis.persistence.enabled was true"),
    ],
)
def test_an_upgrade_that_would_change_redis_claim_is_refused_before_it_changes_anything(
    release: HelmRelease, objects: Callable[[], Objects], persistence: Values, what: str
) -> None:
    release.install()
    before = states(objects())
    # What else the upgrade asks for is not done either.
    with pytest.raises(
        HelmRefusal, match=re.escape(f"the volume claim template of StatefulSet/relay-redis is immutable ({what}")
    ):
        release.upgrade({"replicaCount": 2, "redis": {"persistence": persistence}})
    assert states(objects()) == before


def test_a_release_without_a_claim_of_redis_gets_none_by_an_upgrade(release: HelmRelease) -> None:
    release.install({"redis": {"persistence": {"enabled": False}}})
    with pytest.raises(HelmRefusal, match=r"redis\.persistence\.enabled was false"):
        release.upgrade({"redis": {"persistence": {"enabled": True}}})


@pytest.mark.parametrize(
    ("size", "equal"), [("1Gi", "1024Mi"), ("010Gi", "10240Mi"), ("1.5Gi", "1536Mi"), ("1500M", "1.5G")]
)
def test_the_same_size_in_another_unit_is_no_change_of_redis_claim(release: HelmRelease, size: str, equal: str) -> None:
    release.install({"redis": {"persistence": {"size": size}}})
    for same in (size, equal):
        release.upgrade({"redis": {"persistence": {"size": same}}})


def test_the_document_has_the_way_to_other_claims_of_redis(release: HelmRelease, namespace: Namespace) -> None:
    larger: Values = {"redis": {"persistence": {"size": "2Gi"}}}
    release.install()
    namespace.delete("StatefulSet", "relay-redis")
    release.upgrade(larger)
    (claim,) = namespace.get("StatefulSet", "relay-redis")["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "2Gi"


def states(objects: Objects) -> dict[Ref, Any]:
    """What differs for an object that was written, however little of it was changed."""
    found: dict[Ref, Any] = dict(metadata(objects, "resourceVersion"))
    for ref in objects:
        if ref[0] == "PersistentVolumeClaim":
            # Kubernetes stores a PVC once more at the first write that changes nothing, whoever writes.
            item = objects[ref]
            found[ref] = {**item, "metadata": {**item["metadata"], "resourceVersion": ""}}
    return found


def lasting(objects: Objects, others: Objects) -> dict[Ref, Any]:
    """What must last of the objects that are also among the others: identity, immutable fields, and secrets."""
    return {
        (kind, name): [
            item["metadata"]["uid"],
            {field: item["spec"].get(field) for field in IMMUTABLE.get(kind, ())},
            item.get("data") if kind == "Secret" else None,
        ]
        for (kind, name), item in objects.items()
        if (kind, name) in others
    }


def filled_keys(objects: Objects) -> dict[str, set[str]]:
    return {
        name: {key for key, value in item["data"].items() if value}
        for (kind, name), item in objects.items()
        if kind == "Secret"
    }


def specs(objects: Objects, kind: str) -> list[Any]:
    return [item["spec"] for ref, item in objects.items() if ref[0] == kind]


def content(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what the server writes beside it."""
    labels = {key: item["metadata"].get(key) for key in ("labels", "annotations")}
    return {key: value for key, value in item.items() if key not in {"metadata", "status"}} | labels
