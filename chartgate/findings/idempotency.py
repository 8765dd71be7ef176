"""The same inputs give the same objects, and a new version of the chart restarts nothing by itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Check, Finding, Verdict, guarded
from chartgate.findings.variants import AGAIN, NEXT_VERSION
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered

KEY = "idempotency"
RULES = {
    "differs": "two renders of the same differ in more than generated Secret data and their checksums",
    "comes-and-goes": "an object is in one render and not in the next",
    "rolls": "a new version of the chart alone changes a pod, so that every upgrade restarts it",
    "immutable": "a new version of the chart changes what Kubernetes never lets change, so that every upgrade fails",
}
CHECKSUM = "checksum/"

# What an update may change of a StatefulSet; everything else in its spec is fixed.
STATEFUL_SET_CHANGES = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)

Difference = tuple[str, ...]
"""The path of a value that differs, key by key."""


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Compare each render that has variants with them."""
    verdicts = []
    for rendered in renders:
        again, later = (rendered.variants.get(variant.key) for variant in CHECK.variants)
        found: tuple[Finding, ...] = ()
        if again is not None:
            found += guarded(KEY, "release", _same, rendered.release, again)
        if later is not None:
            found += guarded(KEY, "release", _next, rendered.release, again or rendered.release, later)
        examined = len(rendered.release) * ((again is not None) + (later is not None))
        verdicts.append(Verdict(rendered, examined, found))
    return verdicts


def _same(release: Release, again: Release) -> Iterator[Finding]:
    pairs = _pairs(release, again)
    generated = any(_differences(obj.manifest, other.manifest) for obj, other in pairs if obj.kind == "Secret")
    for obj in _unpaired(release, again):
        yield _finding("comes-and-goes", obj, "metadata.name", "is in one of two renders only")
    for obj, other in pairs:
        for path in _differences(obj.manifest, other.manifest):
            secret = obj.kind == "Secret" and path[0] in {"data", "stringData"}
            # Without a generated Secret there is nothing whose checksum could differ.
            checksum = generated and _is_checksum(path)
            if not (secret or checksum):
                yield _finding("differs", obj, ".".join(path), "differs between two renders of the same")


def _next(release: Release, again: Release, later: Release) -> Iterator[Finding]:
    for obj in _unpaired(release, later):
        yield _finding("comes-and-goes", obj, "metadata.name", "has another name in the chart's next version")
    random = {
        (id(obj), path) for obj, other in _pairs(release, again) for path in _differences(obj.manifest, other.manifest)
    }
    for obj, other in _pairs(release, later):
        for path in _differences(obj.manifest, other.manifest):
            if (id(obj), path) in random or obj.hooks:
                continue
            where = ".".join(path)
            if where.startswith(_pod_path(obj)):
                yield _finding("rolls", obj, where, "changes with the chart's version and nothing else")
            elif _is_fixed(obj, path):
                yield _finding("immutable", obj, where, "changes with the chart's version, and may not be changed")


def _pod_path(obj: KubeObject) -> str:
    """Where a change restarts pods: a Pod's own labels change in place."""
    if obj.pod_template is None:
        return "no pod"
    return "spec" if obj.kind == "Pod" else obj.pod_path.removesuffix(".spec")


def _is_fixed(obj: KubeObject, path: Difference) -> bool:
    match obj.kind:
        case "Deployment" | "DaemonSet" | "ReplicaSet" | "Job":
            return path[:2] == ("spec", "selector")
        case "StatefulSet":
            return path[0] == "spec" and path[1] not in STATEFUL_SET_CHANGES
        case "PersistentVolumeClaim":
            return path[0] == "spec"
        case "Service":
            return path[:2] == ("spec", "clusterIP")
        case "ConfigMap" | "Secret":
            return bool(obj.manifest.get("immutable")) and path[0] in {"data", "stringData", "binaryData"}
        case _:
            return False


def _pairs(release: Release, other: Release) -> list[tuple[KubeObject, KubeObject]]:
    found = {(obj.kind, obj.namespace, obj.name): obj for obj in other}
    keys = [(obj, (obj.kind, obj.namespace, obj.name)) for obj in release]
    return [(obj, found[key]) for obj, key in keys if key in found]


def _unpaired(release: Release, other: Release) -> list[KubeObject]:
    both = [{(obj.kind, obj.namespace, obj.name): obj for obj in side} for side in (release, other)]
    return [side[key] for side in both for key in side if key not in both[0].keys() & both[1].keys()]


def _is_checksum(path: Difference) -> bool:
    return len(path) > 1 and path[-2] == "annotations" and path[-1].startswith(CHECKSUM)


def _differences(one: Any, other: Any, path: Difference = ()) -> list[Difference]:
    """The paths at which two values differ."""
    if one == other:
        return []
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = sorted(one.keys() | other.keys())
        return [d for key in keys for d in _differences(one.get(key, EMPTY), other.get(key, EMPTY), (*path, key))]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for index, (a, b) in pairs for d in _differences(a, b, (*path, str(index)))]
    return [path]


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = Check(
    key=KEY,
    title="Same inputs, same objects",
    why="GitOps applies a chart every few minutes: whatever differs is applied again, and restarts pods each time.",
    remedy="make no random value outside a Secret that is looked up first, and keep versions out of pods and selectors",
    source="Helm documentation, Chart Development Tips and Tricks (automatically roll deployments; random values)",
    examine=examine,
    rules=RULES,
    about="cases of its author's in the run",
    variants=(AGAIN, NEXT_VERSION),
)
