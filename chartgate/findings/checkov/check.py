"""The check itself: objects are gathered for checkov, and what it says is told of the renders they come from."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from chartgate.findings.check import Check, Fault
from chartgate.findings.checkov.asked_for import asks_for, unguarded_on_purpose
from chartgate.findings.checkov.relations import ANY_KIND, LACKS_POLICY, related_kinds
from chartgate.findings.checkov.scan import Judgement, Unit, scan
from chartgate.findings.finding import Severity
from chartgate.findings.scopes import EachRelease
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.releases.selectors import selects
from chartgate.values.check_folders import CheckFolder

NOTES = {
    "CKV_K8S_15": "The tag of a release does not move: IfNotPresent, the default of Kubernetes, is right.",
    "CKV_K8S_43": "Charts have tags as defaults, which people can read. Users who want a digest set one.",
}
"""Policies that few charts keep and few maintainers would, each with the reason why it is only told as a note."""


class Judgements:
    """What checkov says of all objects of a run, each distinct one asked about once.

    Args:
        external: folders of checks beside those that checkov has.

    Raises:
        GateError: checkov fails, or has no policies.
    """

    def __init__(self, external: Sequence[CheckFolder], renders: Sequence[Rendered]) -> None:
        self._related, self._texts = related_kinds(external), _Texts()
        releases = {rendered.release.digest: rendered.release for rendered in renders}
        self._known = scan({unit for release in releases.values() for _, unit in self._units(release)}, external)

    def of(self, release: Release) -> list[tuple[KubeObject, Judgement]]:
        """Each object of a release with what checkov says of it."""
        return [pair for objects, unit in self._units(release) for pair in zip(objects, self._known[unit], strict=True)]

    def _units(self, release: Release) -> Iterator[tuple[list[KubeObject], Unit]]:
        """What of a release has to be judged together: the objects of related kinds; any other object alone."""
        together = []
        for obj in release:
            if self._related & {obj.kind, ANY_KIND}:
                together.append(obj)
            else:
                yield [obj], (self._texts.of(obj),)
        if together:
            together.sort(key=self._texts.of)
            yield together, tuple(map(self._texts.of, together))


def count(release: Release, judgements: Judgements) -> int:
    """How many objects checkov has a policy for; the others do not count as examined."""
    return sum(judgement["policies"] > 0 for _, judgement in judgements.of(release))


def judge(release: Release, judgements: Judgements) -> Iterator[Fault]:
    """What checkov says against the objects of a release."""
    for obj, judgement in judgements.of(release):
        if judgement["broken"]:
            what = f"checkov cannot read it: something in it is not shaped as Kubernetes says ({judgement['broken']})"
            yield Fault("malformed", "", what, object=obj)
        for failure in judgement["failures"]:
            policy, keys = failure["check"], failure["keys"]
            if policy != LACKS_POLICY:
                where = ", ".join(keys) or "object"
                asked = _asked_for(obj, policy, keys)
                severity: Severity | None = "note" if policy in NOTES else None
                yield Fault(
                    policy, where, failure["what"], failure["remedy"], object=obj, unless=asked, severity=severity
                )
    yield from _unguarded_pods(release)


def _asked_for(obj: KubeObject, policy: str, keys: Sequence[str]) -> Callable[[UserValues], bool]:
    return lambda values: asks_for(values, obj, policy, keys)


def _unguarded_pods(release: Release) -> Iterator[Fault]:
    """The policy CKV2_K8S_6. checkov's own reads neither namespaces nor matchExpressions."""
    guards = release.of_kind("NetworkPolicy")
    # Whether a chart brings policies at all is its author's choice; where it does, no pod should be left out.
    for pod in release.workloads() if guards else ():
        guarding = (
            guard.namespace == pod.namespace and selects(guard.spec.get("podSelector") or {}, pod.pod_labels)
            for guard in guards
        )
        if not any(guarding):
            what, remedy = "no NetworkPolicy selects the pods", "add one to the chart"
            yield Fault(LACKS_POLICY, "object", what, remedy, object=pod, unless=_unguarded_on_purpose(pod))


def _unguarded_on_purpose(pod: KubeObject) -> Callable[[UserValues], bool]:
    return lambda values: unguarded_on_purpose(values, pod)


class _Texts:
    """The texts of objects, each distinct object's made once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, obj: KubeObject) -> str:
        """The object's text."""
        if obj.digest not in self._known:
            self._known[obj.digest] = object_text(obj)
        return self._known[obj.digest]


def object_text(obj: KubeObject) -> str:
    """The object as checkov gets it, JSON: in its namespace, without Secret data and checksums, which no policy reads.

    Generated secrets differ in every render; without them equal objects are one.
    """
    manifest = {**obj.manifest, "metadata": {**obj.metadata, "namespace": obj.namespace}}
    if obj.kind == "Secret":
        for part in {"data", "stringData"} & manifest.keys():
            manifest[part] = dict.fromkeys(manifest[part] if isinstance(manifest[part], dict) else (), "")
    annotations = obj.at("spec.template.metadata.annotations")
    if isinstance(annotations, dict):
        template = manifest["spec"]["template"]
        blank = {key: "" for key in annotations if key.startswith("checksum/")}
        metadata = {**template["metadata"], "annotations": {**annotations, **blank}}
        manifest["spec"] = {**manifest["spec"], "template": {**template, "metadata": metadata}}
    return json.dumps(manifest, sort_keys=True)


def check_with(external: Sequence[CheckFolder]) -> Check:
    """The check with external checks: those in these folders."""
    scope = EachRelease(judge, count=count, prepare=partial(Judgements, external))
    return replace(CHECK, scopes=(scope,)) if external else CHECK


CHECK = Check(
    key="checkov",
    title="checkov's Kubernetes policies",
    why="They collect what security reviews ask for; what a case's own values ask for is no fault of the chart.",
    source="checkov, framework kubernetes",
    severity="warning",
    scopes=(EachRelease(judge, count=count, prepare=partial(Judgements, ())),),
    apart=True,
    extra="checkov",
)
