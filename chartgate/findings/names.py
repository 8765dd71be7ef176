"""Names and labels keep to the lengths and characters of what they become, for the longest release name as well."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.forms import (
    DNS_LABEL,
    DNS_LABEL_1035,
    DNS_SUBDOMAIN,
    LABEL,
    PORT_NAME,
    Form,
    is_label_value,
    is_qualified_name,
)
from chartgate.findings.scopes import EachComparison, EachObject
from chartgate.findings.user_values import made_as_it_is
from chartgate.releases.comparisons import LONG_RELEASE
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key

# Kind → (length, form, what it becomes). Any other name is a DNS subdomain.
LIMITS = {
    "Service": (63, DNS_LABEL, "a DNS label"),
    "Namespace": (63, DNS_LABEL, "a DNS label"),
    # The label controller-revision-hash is the name, a hyphen and a hash of up to ten characters.
    "StatefulSet": (52, DNS_LABEL, "part of the label controller-revision-hash"),
    # A CronJob's controller adds eleven characters to the names of its jobs.
    "CronJob": (52, DNS_SUBDOMAIN, "part of the names of its jobs"),
    "Job": (63, DNS_SUBDOMAIN, "the label job-name"),
}
# Since then a Service's name may start with a digit (KEP-5311, on by default).
DIGIT_FIRST = (1, 36)
_FORMS = {
    DNS_LABEL: "a DNS label of RFC 1123",
    DNS_LABEL_1035: "a DNS label of RFC 1035, which starts with a letter",
    DNS_SUBDOMAIN: "a DNS subdomain of RFC 1123",
}
SUBDOMAIN = (253, DNS_SUBDOMAIN, "a DNS subdomain")
# Their names are path segments: anything without a slash.
FREE = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})


def judge(obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    """Faults of the name, the labels and the inner names of an object."""
    for fault, text in _faults(obj, kube_version):
        yield replace(fault, unless=made_as_it_is(text))


def _faults(obj: KubeObject, kube_version: str) -> Iterator[tuple[Fault, Any]]:
    """Each fault with the text at fault."""
    if obj.kind not in FREE:
        length, form, becomes = LIMITS.get(obj.kind, SUBDOMAIN)
        if obj.kind == "Service" and version_key(kube_version) < DIGIT_FIRST:
            form = DNS_LABEL_1035
        if len(obj.name) > length:
            what = f"{len(obj.name)} characters, and it becomes {becomes}: at most {length}"
            yield Fault("too-long", "metadata.name", what), obj.name
        if not form.fullmatch(obj.name):
            what = f"is not {_FORMS[form]} (Kubernetes {kube_version})"
            yield Fault("characters", "metadata.name", what), obj.name
    for where, labels in _labels(obj):
        yield from _label_faults(where, labels)
    for container in obj.containers:
        yield from _inner(f"{container.path}.name", container.name, 63, LABEL)
        for index, port in enumerate(container.items("ports")):
            if port.get("name"):
                yield from _inner(f"{container.path}.ports[{index}].name", port["name"], 15, PORT_NAME)
    for index, volume in enumerate((obj.pod_spec or EMPTY).get("volumes") or ()):
        yield from _inner(f"{obj.pod_path}.volumes[{index}].name", volume.get("name", ""), 63, LABEL)


def _labels(obj: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "metadata.labels", obj.labels
    if obj.kind != "Pod":
        yield f"{obj.pod_path.rpartition('.')[0]}.metadata.labels", obj.pod_labels
    selector = obj.spec.get("selector")
    if isinstance(selector, Mapping):
        match = selector.get("matchLabels")
        yield "spec.selector", match if isinstance(match, Mapping) else selector if obj.kind == "Service" else {}


def _label_faults(where: str, labels: Mapping[str, Any]) -> Iterator[tuple[Fault, Any]]:
    for key, value in labels.items():
        if not is_qualified_name(key):
            yield Fault("label", where, f"{key} is no key of a label"), key
        if not isinstance(value, str):
            yield Fault("label", f"{where}.{key}", f'"{value}" is no value of a label'), None
        elif not is_label_value(value):
            yield Fault("label", f"{where}.{key}", f'"{value}" is no value of a label'), value


def _inner(where: str, name: str, length: int, form: Form) -> Iterator[tuple[Fault, Any]]:
    if not form.fits(name):
        what = f'"{name}" is no name for this: at most {length} lower-case letters, digits and hyphens'
        yield Fault("inner-name", where, what), name


def judge_long_release(_: Rendered, longer: Release) -> Iterator[Fault]:
    """Faults of a release with a long name: its names, and objects that have lost the end that tells them apart."""
    for obj in longer:
        yield from (replace(fault, object=obj) for fault in judge(obj, longer.kube_version))
    for same in longer.by_identity.values():
        if len(same) > 1:
            what = "made more than once by a release with a name of 53 characters"
            yield Fault("collision", "metadata.name", what, object=same[0])


CHECK = Check(
    key="names",
    title="Names and labels",
    why="A chart that works for a short release name is refused for a long one, or its StatefulSet never makes a pod.",
    source="RFC 1123 and RFC 1035; Kubernetes documentation, Object Names and IDs, Labels and Selectors; "
    "kubernetes/kubernetes#64023",
    scopes=(
        EachObject(judge),
        EachComparison(LONG_RELEASE, judge_long_release, counted=lambda _, longer: len(longer)),
    ),
    rules={
        "too-long": Rule(
            "a name is longer than what Kubernetes makes of it may be",
            "shorten the base of the name and keep its ending",
            "a Service with a name of 64 characters",
        ),
        "characters": Rule(
            "a name holds what a DNS name may not",
            "use lower-case letters, digits and hyphens",
            "metadata: {name: my_service}",
        ),
        "label": Rule(
            "a label's key or value is none",
            "use letters, digits, hyphens, underscores and dots, at most 63 of them",
            "labels: {version: 1.0.0+build}",
        ),
        "inner-name": Rule(
            "a container, volume or port has a name that the API server refuses",
            "use lower-case letters, digits and hyphens, at most 63 of them; 15 for a port",
            "ports: [{name: a-very-long-port-name, containerPort: 80}]",
        ),
        "collision": Rule(
            "two objects have one name when the release's name is long",
            "shorten the base of the name and keep its ending",
            '{{ printf "%s-worker" .Release.Name | trunc 50 }} beside {{ printf "%s-web" .Release.Name | trunc 50 }}',
        ),
    },
)
