"""Inside a pod: mounts have volumes, and volumes are used."""

from collections.abc import Callable, Iterator

from chartgate.findings.check import Fault
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import EMPTY, KubeObject


def judge(obj: KubeObject, _: object) -> Iterator[Fault]:
    """Faults of the volumes of each pod, hooks and jobs included."""
    if obj.pod_template is None:
        return
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
                    yield Fault("no-volume", where, f"mounts {mount['name']}, which is no volume of the pod", remedy)
    by_name = {volume["name"]: volume for volume in spec.get("volumes") or ()}
    for name in sorted(declared - used):
        yield Fault(
            "unused-volume",
            f"{obj.pod_path}.volumes",
            f"volume {name} is mounted nowhere",
            # A volume that the values hold as it is may be for a container that the user adds another time.
            unless=_held(by_name.get(name)),
        )


def _held(volume: object) -> Callable[[UserValues], bool]:
    return lambda values: volume is not None and values.holds(volume)
