"""The same inputs give the same objects, and a new version of the chart restarts nothing by itself."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict, guarded
from chartgate.findings.variants import AGAIN, NEXT_VERSION, UPGRADE
from chartgate.releases.differences import ABSENT, Path, differences, written
from chartgate.releases.generated_secrets import GeneratedSecrets, is_checksum, is_secret_data
from chartgate.releases.immutable import is_immutable
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered

KEY = "idempotency"
RULES = {
    "differs": "two renders of the same differ in more than generated Secret data and their checksums",
    "comes-and-goes": "an object is in one render and not in the next",
    "rolls": "a new version of the chart alone changes a pod, so that every upgrade restarts it",
    "regenerated": "an upgrade generates a Secret anew although the installed one can be looked up",
    "immutable": "a new version of the chart changes what Kubernetes never lets change, so that every upgrade fails",
}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Compare each render that has variants with them."""
    verdicts = []
    for rendered in renders:
        again, later, upgrade = (rendered.variants.get(variant.key) for variant in CHECK.variants)
        found: tuple[Finding, ...] = ()
        if again is not None:
            found += guarded(KEY, "release", _same, rendered.release, again)
        if later is not None:
            found += guarded(KEY, "release", _next, rendered.release, again or rendered.release, later)
        if upgrade is not None:
            found += guarded(KEY, "release", _upgraded, rendered.release, upgrade)
        examined = len(rendered.release) * sum(variant is not None for variant in (again, later, upgrade))
        verdicts.append(Verdict(rendered, examined, found))
    return verdicts


def _same(release: Release, again: Release) -> Iterator[Finding]:
    pairs = _pairs(release, again)
    generated = GeneratedSecrets(pairs)
    for obj in _unpaired(release, again):
        yield _finding("comes-and-goes", obj, "metadata.name", "is in one of two renders only")
    for obj, other in pairs:
        for path, before, after in differences(obj.manifest, other.manifest):
            # Without a generated Secret there is nothing that could be copied or whose checksum could differ.
            copied = generated and (is_checksum(path) or generated.explain(before, after))
            if not (is_secret_data(obj, path) or copied):
                yield _finding("differs", obj, written(path), "differs between two renders of the same")


def _next(release: Release, again: Release, later: Release) -> Iterator[Finding]:
    for obj in _unpaired(release, later):
        yield _finding("comes-and-goes", obj, "metadata.name", "has another name in the chart's next version")
    random = {(id(obj), path) for obj, other in _pairs(release, again) for path in _paths(obj, other)}
    for obj, other in _pairs(release, later):
        for path, before, _ in differences(obj.manifest, other.manifest):
            if (id(obj), path) in random or obj.hooks:
                continue
            if _is_of_pod(obj, path):
                yield _finding("rolls", obj, written(path), "changes with the chart's version and nothing else")
            elif is_immutable(obj, path, before is not ABSENT):
                what = "changes with the chart's version, and may not be changed"
                yield _finding("immutable", obj, written(path), what)


def _upgraded(release: Release, upgrade: Release) -> Iterator[Finding]:
    for obj, other in _pairs(release, upgrade):
        if obj.hooks and not {"pre-upgrade", "post-upgrade"} & set(other.hooks):
            continue  # Helm leaves it alone
        for path, before, after in differences(_coded(obj), _coded(other)):
            if ABSENT not in (before, after) and is_secret_data(obj, path):
                what = "is generated anew at every upgrade, so that what uses it loses access"
                remedy = "look the installed Secret up with lookup, and keep the value that it has"
                yield Finding(KEY, "regenerated", obj.ref, written(path), what, remedy)


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
        same[-1] for side in (release, other) for identity, same in side.by_identity.items() if identity not in both
    ]


def _paths(obj: KubeObject, other: KubeObject) -> list[Path]:
    return [path for path, _, _ in differences(obj.manifest, other.manifest)]


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Same inputs, same objects",
    why="GitOps applies a chart every few minutes: whatever differs is applied again, and restarts pods each time.",
    remedy="make no random value outside a Secret that is looked up first, and keep versions out of pods and selectors",
    source="Helm documentation, Chart Development Tips and Tricks (automatically roll deployments; random values)",
    examine=examine,
    rules=RULES,
    about="cases of its author's in the run",
    variants=(AGAIN, NEXT_VERSION, UPGRADE),
)
