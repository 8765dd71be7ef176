"""Storage: PVCs are the chart's or the user's, and outlive the release."""

from typing import Any

import pytest

LOGS = {"storage": {"logs": {"mode": "pvc", "persistence": {"size": "50Gi", "accessMode": "ReadWriteMany"}}}}
OWN_DATA = {
    "storage": {"data": {"type": "pvc", "persistence": {"size": "2Gi", "accessMode": "ReadWriteMany"}}},
}
DATA = {"storage": {"data": {"external": {"enabled": True, "size": "5Gi", "accessMode": "ReadWriteMany"}}}}


@pytest.mark.parametrize(
    ("values", "name", "size", "path"),
    [
        (LOGS, "x-claude-relay-logs", "50Gi", "/app/logs"),
        (OWN_DATA, "x-claude-relay-data", "2Gi", "/app/data"),
        (DATA, "x-claude-relay-external-data", "5Gi", "/app/external-data"),
    ],
)
def test_a_claim_is_made_mounted_and_kept(render: Any, values: Any, name: str, size: str, path: str) -> None:
    release = render(values=values, release="x")
    claim = release.only("PersistentVolumeClaim")
    assert claim.name == name
    assert claim.at("spec.accessModes") == ["ReadWriteMany"]
    assert claim.at("spec.resources.requests.storage") == size
    assert claim.annotations["helm.sh/resource-policy"] == "keep"
    deployment = release.only("Deployment")
    (volume,) = [v for v in deployment.pod_spec["volumes"] if v.get("persistentVolumeClaim") == {"claimName": name}]
    assert {
        m["mountPath"] for m in deployment.container("http").items("volumeMounts") if m["name"] == volume["name"]
    } == {path}


def test_scratch_space_has_a_limit_that_can_be_lifted(render: Any) -> None:
    def folders(values: Any) -> dict[str, Any]:
        return {v["name"]: v.get("emptyDir") for v in render(values=values).only("Deployment").pod_spec["volumes"]}

    assert folders({})["logs"] == {"sizeLimit": "1Gi"}
    assert folders({"storage": {"logs": {"sizeLimit": ""}}})["logs"] == {}
    assert folders({"storage": {"data": {"sizeLimit": "1Gi"}}})["data"] == {"sizeLimit": "1Gi"}


def test_the_applications_data_can_be_on_a_pvc_of_the_users(render: Any) -> None:
    values = {
        "storage": {"data": {"type": "pvc", "persistence": {"existingClaim": "mine", "accessMode": "ReadWriteMany"}}}
    }
    release = render(values=values)
    assert not release.of_kind("PersistentVolumeClaim")
    volumes = release.only("Deployment").pod_spec["volumes"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}} in volumes


def test_pods_take_turns_at_a_pvc_of_one_writer(render: Any, refused: Any) -> None:
    values = {"storage": {"data": {"type": "pvc"}}}
    assert render(values=values).only("Deployment").at("spec.strategy") == {"type": "Recreate"}
    message = refused({**values, "replicaCount": 2})
    assert "storage.data.persistence.accessMode=ReadWriteOnce" in message
