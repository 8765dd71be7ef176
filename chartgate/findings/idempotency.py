"""The same inputs give the same objects, and a new version of the chart restarts nothing by itself."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachComparison
from chartgate.releases.comparisons import AGAIN, NEXT_APPLICATION, NEXT_VERSION, UPGRADE
from chartgate.releases.differences import ABSENT, differences, written
from chartgate.releases.generated_secrets import GeneratedSecrets, is_checksum, is_secret_data
from chartgate.releases.immutable import is_immutable
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.walk import Path

_CHART_LABELS = (("labels", "helm.sh/chart"), ("labels", "chart"))
"""The label of the chart's name and version, and what it was called before Helm's documentation named it."""


def judge_again(rendered: Rendered, again: Release) -> Iterator[Fault]:
    """Faults where two renders of the same differ."""
    release = rendered.release
    pairs = _pairs(release, again)
    generated = GeneratedSecrets(pairs)
    for obj in _unpaired(release, again):
        yield Fault("comes-and-goes", "metadata.name", "is in one of two renders only", object=obj)
    for obj, other in pairs:
        for path, before, after in differences(obj.manifest, other.manifest):
            # Without a generated Secret there is nothing that could be copied or whose checksum could differ.
            copied = generated and (is_checksum(path) or generated.explain(before, after))
            if not (is_secret_data(obj, path) or copied):
                yield Fault("differs", written(path), "differs between two renders of the same", object=obj)


def judge_next_version(rendered: Rendered, later: Release) -> Iterator[Fault]:
    """Faults where another version of the chart restarts pods or changes what cannot be changed."""
    for obj in _unpaired(rendered.release, later):
        if obj.kind == "Job":
            continue  # a name for each version is how a Job can change
        yield Fault("comes-and-goes", "metadata.name", "has another name in the chart's next version", object=obj)
    for obj, path, is_fixed in _changes(rendered, later):
        if is_fixed:
            what = "changes with the chart's version, and may not be changed"
            yield Fault("immutable", written(path), what, object=obj)
        elif _is_of_pod(obj, path):
            by_label = path[-2:] in _CHART_LABELS or is_checksum(path)
            rule = "rolls-by-label" if by_label else "rolls"
            yield Fault(rule, written(path), "changes with the chart's version and nothing else", object=obj)


def judge_next_application(rendered: Rendered, later: Release) -> Iterator[Fault]:
    """Faults where another version of the application changes what cannot be changed, such as the image of a Job."""
    for obj, path, is_fixed in _changes(rendered, later):
        if is_fixed:
            what = "changes with the application's version, and may not be changed"
            yield Fault("immutable", written(path), what, object=obj)


def _changes(rendered: Rendered, later: Release) -> Iterator[tuple[KubeObject, Path, bool]]:
    """What the later release changes in an object, and whether Kubernetes refuses that; without what is random."""
    again = rendered.others.get(AGAIN.key)
    again = again if isinstance(again, Release) else rendered.release
    random = {(id(obj), path) for obj, other in _pairs(rendered.release, again) for path in _paths(obj, other)}
    for obj, other in _pairs(rendered.release, later):
        for path, before, _ in differences(obj.manifest, other.manifest):
            if (id(obj), path) not in random and not obj.hooks:
                yield obj, path, is_immutable(obj, path, before is not ABSENT)


def judge_upgrade(rendered: Rendered, upgrade: Release) -> Iterator[Fault]:
    """Faults where an upgrade generates a Secret anew although the installed one can be looked up."""
    for obj, other in _pairs(rendered.release, upgrade):
        if obj.hooks and not {"pre-upgrade", "post-upgrade"} & set(other.hooks):
            continue  # Helm leaves it alone
        for path, before, after in differences(_coded(obj), _coded(other)):
            if ABSENT not in (before, after) and is_secret_data(obj, path):
                what = "is generated anew at every upgrade, so that what uses it loses access"
                yield Fault("regenerated", written(path), what, object=obj)


def _coded(obj: KubeObject) -> Any:
    """An object with all of a Secret in `data`, since a template may write one value as text and look it up coded."""
    if obj.kind != "Secret":
        return obj.manifest
    texts = obj.manifest.get("stringData") or {}
    coded = {key: b64encode(str(text).encode()).decode() for key, text in texts.items()}
    return {"data": {**(obj.manifest.get("data") or {}), **coded}}


def _is_of_pod(obj: KubeObject, path: Path) -> bool:
    """Whether a change at `path` restarts pods: a Pod's own labels change in place."""
    if obj.pod_template is None:
        return False
    root = ["spec"] if obj.kind == "Pod" else obj.pod_path.removesuffix(".spec").split(".")
    return list(path[: len(root)]) == root


def _pairs(release: Release, other: Release) -> list[tuple[KubeObject, KubeObject]]:
    return [(obj, other.by_identity[obj.identity][-1]) for obj in release if obj.identity in other.by_identity]


def _unpaired(release: Release, other: Release) -> list[KubeObject]:
    both = release.by_identity.keys() & other.by_identity.keys()
    return [
        same[-1]
        for side, against in ((release, other), (other, release))
        for identity, same in side.by_identity.items()
        if identity not in both and not against.tests_like(same[-1])
    ]


def _paths(obj: KubeObject, other: KubeObject) -> list[Path]:
    return [path for path, _, _ in differences(obj.manifest, other.manifest)]


CHECK = Check(
    key="idempotency",
    title="Same inputs, same objects",
    why="GitOps applies a chart every few minutes: whatever differs is applied again, and restarts pods each time.",
    source="Helm documentation, Chart Development Tips and Tricks (automatically roll deployments; random values)",
    scopes=(
        EachComparison(AGAIN, judge_again),
        EachComparison(NEXT_VERSION, judge_next_version),
        EachComparison(NEXT_APPLICATION, judge_next_application),
        EachComparison(UPGRADE, judge_upgrade),
    ),
    rules={
        "differs": Rule(
            "two renders of the same differ in more than generated Secret data and their checksums",
            "make no random value outside a Secret that is looked up first",
            "env: [{name: ID, value: {{ uuidv4 }}}]",
        ),
        "comes-and-goes": Rule(
            "an object is in one render and not in the next",
            "give the object a name that stays",
            "metadata: {name: job-{{ randAlpha 5 | lower }}}",
        ),
        "rolls": Rule(
            "a new version of the chart alone changes a pod, so that every upgrade restarts it",
            "keep the version out of pods",
            "an annotation of the pod with {{ .Chart.Version }}",
            severity="warning",
        ),
        "rolls-by-label": Rule(
            "a new chart version alone alters a pod's label helm.sh/chart or chart, or a checksum over it",
            "give pods only the labels of the selector, and compute the checksum from the data only",
            "template: {metadata: {labels: {helm.sh/chart: web-1.0.0}}}",
            # `helm create` makes such a label, and Helm's documentation has such a checksum: few think it a fault.
            severity="note",
        ),
        "regenerated": Rule(
            "an upgrade generates a Secret anew although the installed one can be looked up",
            "look the installed Secret up with lookup, and keep the value that it has",
            "data: {password: {{ randAlphaNum 20 | b64enc }}} without lookup",
        ),
        "immutable": Rule(
            "a new version of the chart or of the application changes what Kubernetes never lets change, so that the "
            "upgrade fails",
            "keep the version out of selectors and other fields that cannot change; make a Job a hook, or give it "
            "another name for each version",
            "selector: {matchLabels: {helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}}}",
        ),
    },
    about="cases of its author's in the run",
)
