"""Storage: claims are the chart's or the user's, and outlive the release."""

from typing import Any

import pytest

LOGS = {"storage": {"logs": {"mode": "pvc", "persistence": {"size": "50Gi", "accessMode": "ReadWriteMany"}}}}
DATA = {"storage": {"data": {"external": {"enabled": True, "size": "5Gi", "accessMode": "ReadWriteMany"}}}}


@pytest.mark.parametrize(
    ("values", "name", "size", "path"),
    [
        (LOGS, "x-claude-relay-logs", "50Gi", "/app/logs"),
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
