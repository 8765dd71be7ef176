"""Volumes of the pods, and where the containers mount them."""

import re
from typing import Any


def test_what_the_application_writes_is_a_volume(render: Any) -> None:
    deployment = render().only("Deployment")
    mounts = {mount["mountPath"]: mount for mount in deployment.container("http").items("volumeMounts")}
    volumes = {volume["name"]: volume for volume in deployment.pod_spec["volumes"]}
    for path in ("/app/data", "/app/logs", "/app/temp", "/tmp"):
        assert "emptyDir" in volumes[mounts[path]["name"]], path
    assert mounts["/app/.env"]["subPath"] == "dotenv"


def test_files_that_commands_name_are_mounted(releases: Any) -> None:
    named = 0
    for release in releases:
        for workload in release.workloads():
            volumes = {volume["name"]: volume for volume in workload.pod_spec.get("volumes", [])}
            for container in workload.containers:
                probes = [container.manifest.get(f"{name}Probe", {}) for name in ("startup", "liveness", "readiness")]
                words = [*container.manifest.get("command", []), *container.manifest.get("args", [])]
                words += [word for probe in probes for word in probe.get("exec", {}).get("command", [])]
                mounts = {mount["mountPath"]: mount for mount in container.items("volumeMounts")}
                for word in words:
                    folder, _, file = word.rpartition("/")
                    if not re.fullmatch(r"/etc/(claude-relay|redis)(/\w+)?", folder):
                        continue
                    named += 1
                    assert folder in mounts, f"{workload.ref}: {container.name}: {word} is not mounted"
                    config = volumes[mounts[folder]["name"]]["configMap"]["name"]
                    assert file in release.get("ConfigMap", config).at("data"), f"{workload.ref}: {word}"
    assert named > 100


def test_configuration_is_mounted_read_only(releases: Any) -> None:
    examined = 0
    for release in releases:
        for workload in release.workloads():
            volumes = workload.pod_spec.get("volumes", [])
            fixed = [volume["name"] for volume in volumes if volume.keys() & {"configMap", "secret"}]
            for container in workload.containers:
                for mount in container.items("volumeMounts"):
                    if mount["name"] in fixed:
                        examined += 1
                        assert mount.get("readOnly") is True, f"{workload.ref}: {container.name}: {mount['mountPath']}"
    assert examined > 100
