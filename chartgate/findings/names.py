"""Names and labels keep to the lengths and characters of what they become, for the longest release name as well."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_object
from chartgate.findings.variants import LONG_RELEASE
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key

KEY = "names"
RULES = {
    "too-long": "a name is longer than what Kubernetes makes of it may be",
    "characters": "a name holds what a DNS name may not",
    "label": "a label's key or value is none",
    "inner-name": "a container, volume or port has a name that the API server refuses",
    "collision": "two objects have one name when the release's name is long",
}

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")

# Kind → (length, form, what it becomes). Any other name is a DNS subdomain.
LIMITS = {
    "Service": (63, _LABEL, "a DNS label"),
    "Namespace": (63, _LABEL, "a DNS label"),
    # The label controller-revision-hash is the name, a hyphen and a hash of up to ten characters.
    "StatefulSet": (52, _LABEL, "part of the label controller-revision-hash"),
    # A CronJob's controller adds eleven characters to the names of its jobs.
    "CronJob": (52, _SUBDOMAIN, "part of the names of its jobs"),
    "Job": (63, _SUBDOMAIN, "the label job-name"),
}
# Since then a Service's name may start with a digit (KEP-5311, on by default).
DIGIT_FIRST = (1, 36)
_FORMS = {_LABEL: "a DNS label of RFC 1123", _SUBDOMAIN: "a DNS subdomain of RFC 1123"}
SUBDOMAIN = (253, _SUBDOMAIN, "a DNS subdomain")
# Their names are path segments: anything without a slash.
FREE = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct object, and the objects of the variant with a long release name."""
    verdicts = []
    for verdict, rendered in zip(by_object(KEY, renders, _examine_object), renders, strict=True):
        found, examined = list(verdict.findings), verdict.examined
        variant = rendered.variants.get(LONG_RELEASE.key)
        if variant is not None:
            (longer,) = by_object(KEY, [Rendered(rendered.case, variant)], _examine_object)
            found += [*longer.findings, *_collisions(variant)]
            examined += longer.examined
        verdicts.append(Verdict(rendered, examined, tuple(found)))
    return verdicts


def _examine_object(obj: KubeObject, kube_version: str) -> Iterator[Finding]:
    if obj.kind not in FREE:
        length, form, becomes = LIMITS.get(obj.kind, SUBDOMAIN)
        if obj.kind == "Service" and version_key(kube_version) < DIGIT_FIRST:
            form = _SERVICE
        if len(obj.name) > length:
            what = f"{len(obj.name)} characters, and it becomes {becomes}: at most {length}"
            yield _finding("too-long", obj, "metadata.name", what)
        if not form.fullmatch(obj.name):
            rule = "a DNS label of RFC 1035, which starts with a letter" if form is _SERVICE else _FORMS[form]
            yield _finding("characters", obj, "metadata.name", f"is not {rule} (Kubernetes {kube_version})")
    for where, labels in _labels(obj):
        yield from _label_findings(obj, where, labels)
    for container in obj.containers:
        yield from _inner(obj, f"{container.path}.name", container.name, 63, _LABEL)
        for index, port in enumerate(container.items("ports")):
            if port.get("name"):
                yield from _inner(obj, f"{container.path}.ports[{index}].name", port["name"], 15, _PORT)
    for index, volume in enumerate((obj.pod_spec or EMPTY).get("volumes") or ()):
        yield from _inner(obj, f"{obj.pod_path}.volumes[{index}].name", volume.get("name", ""), 63, _LABEL)


def _labels(obj: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "metadata.labels", obj.labels
    if obj.kind != "Pod":
        yield f"{obj.pod_path.rpartition('.')[0]}.metadata.labels", obj.pod_labels
    selector = obj.spec.get("selector")
    if isinstance(selector, Mapping):
        match = selector.get("matchLabels")
        yield "spec.selector", match if isinstance(match, Mapping) else selector if obj.kind == "Service" else {}


def _label_findings(obj: KubeObject, where: str, labels: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in labels.items():
        prefix, _, name = key.rpartition("/")
        valid_prefix = not prefix or (len(prefix) <= 253 and _SUBDOMAIN.fullmatch(prefix))
        if not (valid_prefix and len(name) <= 63 and _LABEL_NAME.fullmatch(name)):
            yield _finding("label", obj, where, f"{key} is no key of a label")
        if not isinstance(value, str) or len(value) > 63 or not _LABEL_VALUE.fullmatch(value):
            yield _finding("label", obj, f"{where}.{key}", f'"{value}" is no value of a label')


def _inner(obj: KubeObject, where: str, name: str, length: int, form: re.Pattern[str]) -> Iterator[Finding]:
    if len(name) > length or not form.fullmatch(name):
        what = f'"{name}" is no name for this: at most {length} lower-case letters, digits and hyphens'
        yield _finding("inner-name", obj, where, what)


def _collisions(release: Release) -> Iterator[Finding]:
    """Objects that are told apart by an ending which the long name has cut off."""
    for same in release.by_identity.values():
        if len(same) > 1:
            what = "made more than once by a release with a name of 53 characters"
            yield _finding("collision", same[0], "metadata.name", what)


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Names and labels",
    why="A chart that works for a short release name is refused for a long one, or its StatefulSet never makes a pod.",
    remedy="shorten the base of the name and keep its ending",
    source="RFC 1123 and RFC 1035; Kubernetes documentation, Object Names and IDs, Labels and Selectors; "
    "kubernetes/kubernetes#64023",
    examine=examine,
    rules=RULES,
    variants=(LONG_RELEASE,),
)
