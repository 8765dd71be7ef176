"""Inside a pod: mounts have volumes, volumes are used, and nothing that needs a name of its own shares it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from chartgate.findings.finding import Finding
from chartgate.findings.references.surroundings import Surroundings, finding
from chartgate.releases.objects import EMPTY, Container, KubeObject


def examine(surroundings: Surroundings) -> Iterator[Finding]:
    """Findings about each pod of the release, hooks and jobs included."""
    for obj in surroundings.release.workloads():
        yield from _volumes(obj)
        for container in obj.containers:
            yield from _unique_in_container(obj, container)
        yield from _unique_in_pod(obj)


def _volumes(obj: KubeObject) -> Iterator[Finding]:
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
    for name in sorted(declared - used):
        remedy = "mount it or leave it out"
        yield finding("unused-volume", obj, f"{obj.pod_path}.volumes", f"volume {name} is mounted nowhere", remedy)
    yield from _twice(obj, f"{obj.pod_path}.volumes", "volume", volumes)


def _unique_in_container(obj: KubeObject, container: Container) -> Iterator[Finding]:
    lists = {
        "env": ("variable", (entry["name"] for entry in container.items("env"))),
        "volumeMounts": ("mount path", (mount["mountPath"].rstrip("/") for mount in container.items("volumeMounts"))),
        "ports": ("port", ((p["containerPort"], p.get("protocol", "TCP")) for p in container.items("ports"))),
    }
    for key, (noun, names) in lists.items():
        yield from _twice(obj, f"{container.path}.{key}", noun, names)


def _unique_in_pod(obj: KubeObject) -> Iterator[Finding]:
    yield from _twice(obj, obj.pod_path, "container", (container.name for container in obj.containers))
    running = [container for container in obj.containers if container.role != "init"]
    yield from _twice(obj, obj.pod_path, "port name", (name for container in running for name in container.ports))


def _twice(obj: KubeObject, where: str, noun: str, names: Iterable[Hashable]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            text = "/".join(map(str, name)) if isinstance(name, tuple) else name
            yield finding("duplicate", obj, where, f"{noun} {text} stands {count} times", "keep one of them")
