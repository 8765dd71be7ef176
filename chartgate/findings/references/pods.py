"""Inside a pod: mounts have volumes, and volumes are used."""

from collections.abc import Iterator

from chartgate.findings.finding import Finding
from chartgate.findings.references.surroundings import Surroundings, finding
from chartgate.releases.objects import EMPTY, KubeObject


def examine(surroundings: Surroundings) -> Iterator[Finding]:
    """Findings about each pod of the release, hooks and jobs included."""
    for obj in surroundings.release.workloads():
        yield from _volumes(surroundings, obj)


def _volumes(surroundings: Surroundings, obj: KubeObject) -> Iterator[Finding]:
    spec = obj.pod_spec or EMPTY
    claims = obj.spec.get("volumeClaimTemplates") or () if obj.kind == "StatefulSet" else ()
    volumes = [volume["name"] for volume in spec.get("volumes") or ()]
    declared = {*volumes, *(claim["metadata"]["name"] for claim in claims)}
    used = set()
    for container in obj.containers:
        for key in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(container.items(key)):
                used.add(mount["name"])
                if mount["name"] not in declared:
                    where = f"{container.path}.{key}[{index}]"
                    remedy = "add the volume or correct the name"
                    yield finding(
                        "no-volume", obj, where, f"mounts {mount['name']}, which is no volume of the pod", remedy
                    )
    # A volume that the values hold as it is may be for a container that the user adds another time.
    theirs = {volume["name"] for volume in spec.get("volumes") or () if surroundings.users.holds(volume)}
    for name in sorted(declared - used - theirs):
        remedy = "mount it or leave it out"
        yield finding("unused-volume", obj, f"{obj.pod_path}.volumes", f"volume {name} is mounted nowhere", remedy)
