"""Which object a manifest is: what two manifests have in common that a cluster takes for one object.

An API server keeps an object under its API group, kind, namespace and name; the version is only a form of it. A group
may have a kind of a name that Kubernetes has as well: a Service of serving.knative.dev is no Service.
"""

from dataclasses import dataclass
from functools import cache

from chartgate.tools.served_api_versions import served_by_any

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)
"""The kinds of Kubernetes itself without a namespace, as `kubectl api-resources --namespaced=false` lists them."""

_MOVED = {
    **dict.fromkeys((("extensions", kind) for kind in ("Deployment", "DaemonSet", "ReplicaSet")), "apps"),
    **dict.fromkeys((("extensions", kind) for kind in ("Ingress", "NetworkPolicy")), "networking.k8s.io"),
    ("extensions", "PodSecurityPolicy"): "policy",
    ("", "Event"): "events.k8s.io",
}
"""Kinds that an API server keeps once under two groups, and the group that has them now.

Source: AddCohabitatingResources in kubernetes/pkg/kubeapiserver/default_storage_factory_builder.go, Kubernetes 1.16.
"""


@dataclass(frozen=True, order=True)
class Identity:
    """An object of a cluster. `namespace` is empty for a kind without namespaces; `kind` is as in the manifest."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, order=True)
class About:
    """What a finding or a reference is about: an object, or another thing by its name, such as a case or a file.

    As text it has the form of all reports: Kind/name of an object, the name alone of another thing.

    Args:
        kind: the kind, as `full_kind` writes it; empty for what is no object.
        group: the API group of an object.
        namespace: the namespace of an object where it is not the release's.
    """

    kind: str
    name: str
    group: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" if self.kind else self.name

    @property
    def by_name(self) -> "About":
        """Its kind and name alone, which is all that most references tell."""
        return About(self.kind, self.name)


def group_of(api_version: str, kind: str) -> str:
    """The API group under which a cluster keeps a kind.

    >>> group_of("extensions/v1beta1", "Ingress"), group_of("v1", "Service")
    ('networking.k8s.io', '')
    """
    group = api_version.rpartition("/")[0]
    return _MOVED.get((group, kind), group)


def full_kind(api_version: str, kind: str) -> str:
    """A kind; with its group, as kubectl writes it, where Kubernetes has another kind of that name.

    >>> full_kind("v1", "Service"), full_kind("serving.knative.dev/v1", "Service")
    ('Service', 'Service.serving.knative.dev')
    """
    group = group_of(api_version, kind)
    groups = _own_groups().get(kind)
    return f"{kind}.{group}" if group and groups and group not in groups else kind


def is_own_kind(api_version: str, kind: str) -> bool:
    """Whether the kind is one of Kubernetes itself that some version serves by default."""
    return group_of(api_version, kind) in _own_groups().get(kind, ())


@cache
def _own_groups() -> dict[str, frozenset[str]]:
    """The groups in which Kubernetes has a kind, by kind, as far as a cluster serves it by default."""
    found: dict[str, set[str]] = {}
    for api in served_by_any():
        api_version, _, kind = api.rpartition("/")
        if kind[0].isupper():  # not a version alone, such as "apps/v1"
            found.setdefault(kind, set()).add(group_of(api_version, kind))
    return {kind: frozenset(groups) for kind, groups in found.items()}
