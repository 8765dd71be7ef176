"""The check itself: objects are gathered for checkov, and what it says is told of the renders they come from."""

import json
from collections.abc import Iterator, Mapping, Sequence

from chartgate.findings.checkov.decided import decided, unguarded_on_purpose
from chartgate.findings.checkov.relations import LACKS_POLICY, related_kinds
from chartgate.findings.checkov.scan import Judgement, Unit, scan
from chartgate.findings.finding import Finding, OldCheck, Verdict, guarded
from chartgate.findings.user_values import user_values
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.releases.selectors import selects

KEY = "checkov"


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct object once, and tell what was found of each render that has it.

    Objects without a policy of their own do not count as examined.

    Raises:
        GateError: checkov fails, or has no policies.
    """
    related, texts = related_kinds(), _Texts()
    units = [list(_units(rendered.release, related, texts)) for rendered in renders]
    judgements = scan({unit for found in units for _, unit in found})
    return [_verdict(rendered, found, judgements) for rendered, found in zip(renders, units, strict=True)]


def _units(release: Release, related: frozenset[str], texts: "_Texts") -> Iterator[tuple[list[KubeObject], Unit]]:
    """What of a release has to be judged together: the objects of related kinds; any other object alone."""
    together = []
    for obj in release:
        if obj.kind in related:
            together.append(obj)
        else:
            yield [obj], (texts.of(obj),)
    if together:
        together.sort(key=texts.of)
        yield together, tuple(map(texts.of, together))


def _verdict(
    rendered: Rendered, units: Sequence[tuple[list[KubeObject], Unit]], judgements: Mapping[Unit, Sequence[Judgement]]
) -> Verdict:
    pairs = [pair for objects, unit in units for pair in zip(objects, judgements[unit], strict=True)]
    found = [
        finding for obj, judgement in pairs for finding in guarded(KEY, obj.ref, _findings, rendered, obj, judgement)
    ]
    found += guarded(KEY, "release", _unguarded_pods, rendered)
    return Verdict(rendered, sum(judgement["policies"] > 0 for _, judgement in pairs), tuple(found))


def _findings(rendered: Rendered, obj: KubeObject, judgement: Judgement) -> Iterator[Finding]:
    if judgement["broken"]:
        what = f"checkov cannot read it, since something in it is not shaped as Kubernetes says ({judgement['broken']})"
        yield Finding(KEY, "malformed", obj.ref, "", what, "correct what the schema check reports first")
    for failure in judgement["failures"]:
        policy, keys = failure["check"], failure["keys"]
        if policy != LACKS_POLICY and not decided(user_values(rendered.case), obj, policy, keys):
            yield Finding(KEY, policy, obj.ref, ", ".join(keys) or "object", failure["what"], failure["remedy"])


def _unguarded_pods(rendered: Rendered) -> Iterator[Finding]:
    """The policy CKV2_K8S_6. checkov's own reads neither namespaces nor matchExpressions."""
    guards = rendered.release.of_kind("NetworkPolicy")
    # Whether a chart brings policies at all is its author's choice; where it does, no pod should be left out.
    for pod in rendered.release.workloads() if guards else ():
        guarding = (
            guard.namespace == pod.namespace and selects(guard.spec.get("podSelector") or {}, pod.pod_labels)
            for guard in guards
        )
        if not any(guarding) and not unguarded_on_purpose(user_values(rendered.case), pod):
            what, remedy = "no NetworkPolicy selects the pods", "add one to the chart"
            yield Finding(KEY, LACKS_POLICY, pod.ref, "object", what, remedy)


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


CHECK = OldCheck(
    key=KEY,
    title="checkov's Kubernetes policies",
    why="They collect what security reviews ask for; what a case's own values decide is not held against the chart.",
    remedy="set what the policy asks for, or accept the finding in chartgate.yaml with the reason",
    source="checkov, framework kubernetes",
    examine=examine,
    apart=True,
)
