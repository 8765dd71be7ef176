"""Which containers mount a ConfigMap, where, and what their environment holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.releases.objects import EMPTY, Container, KubeObject
from chartgate.releases.release import Release

# Volumes that the kubelet mounts read-only.
_FIXED = frozenset({"configMap", "secret", "projected", "downwardAPI", "image"})


@dataclass(frozen=True)
class Mount:
    """A container that mounts a ConfigMap at `path`; `open` when part of its environment is not in the release.

    `volumes` are the paths of all its volumes, `writable` those it can write to.
    `read_only` when it can write nowhere else.
    """

    container: str
    path: str
    environment: frozenset[str]
    open: bool
    volumes: frozenset[str]
    writable: frozenset[str]
    read_only: bool

    def has(self, name: str) -> bool:
        """Whether a variable may be in the environment; the kubelet sets HOSTNAME itself."""
        return self.open or name in self.environment or name == "HOSTNAME"

    def volume_of(self, path: str) -> str | None:
        """The path of the volume in which a file lies; None outside of every volume."""
        around = [volume for volume in self.volumes if path == volume or path.startswith(f"{volume}/")]
        return max(around, key=len, default=None)

    def can_write(self, path: str) -> bool:
        """Whether the container's own file system, or the volume there, is writable."""
        volume = self.volume_of(path)
        return not self.read_only if volume is None else volume in self.writable


def mounts_of(release: Release, config: KubeObject) -> list[Mount]:
    """Every container of the release that mounts the ConfigMap."""
    found = []
    for obj in release.workloads():
        if obj.namespace != config.namespace:
            continue
        volumes = list((obj.pod_spec or EMPTY).get("volumes") or ())
        wanted = {volume["name"] for volume in volumes if config.name in _sources(volume)}
        fixed = {volume["name"] for volume in volumes if _FIXED & volume.keys()}
        for container in obj.containers:
            mounts = container.items("volumeMounts")
            for mount in mounts:
                if mount["name"] in wanted:
                    names, is_open = _environment(release, obj, container)
                    security = container.manifest.get("securityContext") or EMPTY
                    found.append(
                        Mount(
                            container=container.name,
                            path=_path(mount),
                            environment=names,
                            open=is_open,
                            volumes=frozenset(map(_path, mounts)),
                            writable=frozenset(
                                _path(one) for one in mounts if one["name"] not in fixed and not one.get("readOnly")
                            ),
                            read_only=bool(security.get("readOnlyRootFilesystem")),
                        )
                    )
    return found


def _path(mount: Mapping[str, Any]) -> str:
    return str(mount["mountPath"]).rstrip("/")


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
