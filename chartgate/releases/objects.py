"""One Kubernetes object of a release, read-only, with the questions that checks and tests ask of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from chartgate.releases.identity import CLUSTER_SCOPED, About, Identity, full_kind, group_of
from chartgate.tools.frozen import FrozenDict, freeze

EMPTY = FrozenDict()
# What `metadata.generateName` is completed with (API conventions, Generated values).
_COMPLETION = "xxxxx"
ContainerRole = Literal["container", "init", "sidecar"]


@dataclass(frozen=True)
class Container:
    """A container of a pod. A "sidecar" is an init container that runs on beside the others (restartPolicy Always)."""

    manifest: FrozenDict
    role: ContainerRole
    path: str
    """Where it stands in its object, such as "spec.template.spec.containers[0]"."""

    @cached_property
    def name(self) -> str:
        return str(self.manifest.get("name", ""))

    @property
    def env(self) -> dict[str, FrozenDict]:
        """Its environment entries by name; of two with one name, the later."""
        return {entry["name"]: entry for entry in self.items("env")}

    @property
    def ports(self) -> dict[str, int]:
        """Its named container ports."""
        return {port["name"]: port["containerPort"] for port in self.items("ports") if "name" in port}

    def items(self, key: str) -> list[FrozenDict]:
        """The entries of one of its lists ("env", "ports", "volumeMounts", …); empty when it has none."""
        return list(self.manifest.get(key) or ())


@dataclass(frozen=True)
class KubeObject:
    """An object as Helm printed it.

    `template` is the chart's file that made it; `namespace` the one it lands in: its own, else the release's.
    `without_namespace`: its kind is a custom one whose definition says that it lives in no namespace.
    """

    manifest: FrozenDict
    template: str
    release_namespace: str
    without_namespace: bool = False

    @cached_property
    def kind(self) -> str:
        """Its kind; with its group, as in Service.serving.knative.dev, where Kubernetes has another kind of that name.

        So whoever asks for a Service gets Kubernetes' own.
        """
        return full_kind(*self.kind_key)

    @property
    def kind_key(self) -> tuple[str, str]:
        """Its apiVersion and kind, as the manifest has them."""
        return self.api_version, str(self.manifest.get("kind", ""))

    @property
    def is_secret(self) -> bool:
        """Whether it is to be kept from reports: a Secret of any group."""
        return self.kind_key[1] == "Secret"

    @cached_property
    def identity(self) -> Identity:
        """Which object of a cluster it is."""
        return Identity(group_of(*self.kind_key), self.kind_key[1], self.namespace, self.name)

    @property
    def api_version(self) -> str:
        return str(self.manifest.get("apiVersion", ""))

    @cached_property
    def name(self) -> str:
        """Its name; one that the API server completes has five letters in the place of the random ones."""
        return str(self.metadata.get("name") or f"{self.metadata.get('generateName', '')}{_COMPLETION}")

    @property
    def namespace(self) -> str:
        """The namespace it lands in; empty for a kind that lives in none."""
        if self.without_namespace or self.kind in CLUSTER_SCOPED:
            return ""
        return str(self.metadata.get("namespace") or self.release_namespace)

    @cached_property
    def about(self) -> About:
        """What findings about it say that they are about."""
        own_namespace = "" if self.namespace == self.release_namespace else self.namespace
        return About(self.kind, self.name, self.identity.group, own_namespace)

    @property
    def ref(self) -> str:
        """ "Kind/name", for the messages of tests."""
        return str(self.about)

    @cached_property
    def metadata(self) -> FrozenDict:
        return _mapping(self.manifest.get("metadata"))

    @property
    def labels(self) -> FrozenDict:
        return _mapping(self.metadata.get("labels"))

    @property
    def annotations(self) -> FrozenDict:
        return _mapping(self.metadata.get("annotations"))

    @property
    def spec(self) -> FrozenDict:
        return _mapping(self.manifest.get("spec"))

    @property
    def hooks(self) -> frozenset[str]:
        """The Helm hooks it belongs to, such as "test"; empty for an ordinary object."""
        return frozenset(
            part.strip() for part in str(self.annotations.get("helm.sh/hook", "")).split(",") if part.strip()
        )

    @cached_property
    def digest(self) -> str:
        """Hash of the content and of the place it lands in: equal for objects that no check can tell apart."""
        text = json.dumps([self.manifest, self.release_namespace], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def pod_template(self) -> FrozenDict | None:
        """The pod it makes, with metadata and spec; for a Pod the object itself; None when it makes no pod."""
        if self.kind == "Pod":
            return self.manifest
        path = _POD_TEMPLATES.get(self.kind)
        return None if path is None else _mapping(self.at(path))

    @property
    def pod_spec(self) -> FrozenDict | None:
        return None if self.pod_template is None else _mapping(self.pod_template.get("spec"))

    @cached_property
    def pod_labels(self) -> FrozenDict:
        """The labels of its pods; of the first pod of a StatefulSet also those that its controller adds.

        Source: Kubernetes documentation, StatefulSets, Pod Name Label.
        """
        labels = _mapping(_mapping((self.pod_template or EMPTY).get("metadata")).get("labels"))
        if self.kind != "StatefulSet":
            return labels
        return FrozenDict({**labels, "statefulset.kubernetes.io/pod-name": f"{self.name}-0"})

    @property
    def pod_path(self) -> str:
        """Where the pod's spec stands in the object, such as "spec.template.spec"."""
        return "spec" if self.kind == "Pod" else f"{_POD_TEMPLATES.get(self.kind, '')}.spec"

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Every container of its pod, init containers first; empty when it makes no pod."""
        found = []
        for key in ("initContainers", "containers"):
            for index, manifest in enumerate((self.pod_spec or EMPTY).get(key) or ()):
                role: ContainerRole = "container"
                if key == "initContainers":
                    role = "sidecar" if manifest.get("restartPolicy") == "Always" else "init"
                found.append(Container(manifest, role, f"{self.pod_path}.{key}[{index}]"))
        return tuple(found)

    @property
    def sound_containers(self) -> tuple[Container, ...]:
        """The same for whoever does not judge the object: none where it has anything but mappings for containers."""
        spec = self.pod_spec or EMPTY
        lists = [spec.get(key) or () for key in ("initContainers", "containers")]
        sound = all(isinstance(one, list | tuple) for one in lists)
        return self.containers if sound and all(isinstance(one, FrozenDict) for some in lists for one in some) else ()

    def container(self, name: str) -> Container:
        """The container called `name`.

        Raises:
            LookupError: there is none.
        """
        for container in self.containers:
            if container.name == name:
                return container
        raise LookupError(
            f"{self.about}: no container {name}, only {', '.join(c.name for c in self.containers) or 'none'}"
        )

    def at(self, path: str, default: Any = None) -> Any:
        """The value at a dotted path such as "spec.template.metadata", or `default` where a part is missing."""
        value: Any = self.manifest
        for key in path.split("."):
            if not isinstance(value, Mapping) or key not in value:
                return default
            value = value[key]
        return value


def kube_object(manifest: Mapping[str, Any], template: str, release_namespace: str) -> KubeObject:
    """A frozen object from plain data."""
    return KubeObject(freeze(manifest), template, release_namespace)


def _mapping(value: Any) -> FrozenDict:
    return value if isinstance(value, FrozenDict) else EMPTY


_POD_TEMPLATES = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"), "spec.template"
    ),
    "CronJob": "spec.jobTemplate.spec.template",
    "PodTemplate": "template",
}
