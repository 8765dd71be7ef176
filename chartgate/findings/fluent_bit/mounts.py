"""Which containers mount a ConfigMap, where, and what their environment holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.releases.objects import EMPTY, Container, KubeObject
from chartgate.releases.release import Release


@dataclass(frozen=True)
class Mount:
    """A container that mounts a ConfigMap at `path`; `open` when part of its environment is not in the release."""

    container: str
    path: str
    environment: frozenset[str]
    open: bool

    def has(self, name: str) -> bool:
        """Whether a variable may be in the environment; the kubelet sets HOSTNAME itself."""
        return self.open or name in self.environment or name == "HOSTNAME"


def mounts_of(release: Release, config: KubeObject) -> list[Mount]:
    """Every container of the release that mounts the ConfigMap."""
    found = []
    for obj in release.workloads():
        if obj.namespace != config.namespace:
            continue
        volumes = {
            volume["name"] for volume in (obj.pod_spec or EMPTY).get("volumes") or () if config.name in _sources(volume)
        }
        for container in obj.containers:
            for mount in container.items("volumeMounts"):
                if mount["name"] in volumes:
                    names, is_open = _environment(release, obj, container)
                    found.append(Mount(container.name, str(mount["mountPath"]), names, is_open))
    return found


def _sources(volume: Mapping[str, Any]) -> Iterator[str]:
    for source in (volume, *((volume.get("projected") or EMPTY).get("sources") or ())):
        yield str((source.get("configMap") or EMPTY).get("name", ""))


def _environment(release: Release, obj: KubeObject, container: Container) -> tuple[frozenset[str], bool]:
    names, is_open = set(container.env), False
    for entry in container.items("envFrom"):
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if entry.get(key):
                source = release.find(kind, str(entry[key].get("name", "")), obj.namespace)
                is_open |= source is None
                keys = (
                    {k for part in ("data", "stringData") for k in (source.manifest.get(part) or ())} if source else ()
                )
                names |= {f"{entry.get('prefix', '')}{k}" for k in keys}
    return frozenset(names), is_open
