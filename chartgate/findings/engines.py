"""Every Helm makes the same objects of the same inputs, so that what the fast one shows holds for all of them."""

from collections.abc import Iterator, Sequence

from chartgate.findings.finding import Check, Finding, Verdict, guarded
from chartgate.releases.differences import differences, written
from chartgate.releases.generated_secrets import is_checksum, is_secret_data
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered

KEY = "engines"
RULES = {
    "refused": "Helm's library refuses what a Helm program renders",
    "comes-and-goes": "an object is made by a Helm program or by Helm's library, not by both",
    "differs": "an object differs between a Helm program and Helm's library",
}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Compare each render by a Helm program with the one of Helm's library."""
    return [_verdict(rendered) for rendered in renders]


def _verdict(rendered: Rendered) -> Verdict:
    match rendered.embedded:
        case None:
            return Verdict(rendered, 0, ())
        case Release() as embedded:
            found = guarded(KEY, "release", _compare, rendered.release, embedded)
            return Verdict(rendered, len(rendered.release), found)
        case refusal:
            where = f"Helm {rendered.release.helm_version}"
            finding = Finding(
                KEY, "refused", rendered.case.name, where, f"renders what the library refuses: {refusal}", CHECK.remedy
            )
            return Verdict(rendered, len(rendered.release), (finding,))


def _compare(release: Release, embedded: Release) -> Iterator[Finding]:
    theirs, ours = _by_identity(release), _by_identity(embedded)
    for identity in theirs.keys() ^ ours.keys():
        obj = theirs.get(identity) or ours[identity]
        maker = f"Helm {(release if identity in theirs else embedded).helm_version}"
        yield Finding(KEY, "comes-and-goes", obj.ref, "metadata.name", f"is made by {maker} alone", CHECK.remedy)
    for identity in theirs.keys() & ours.keys():
        obj, other = theirs[identity], ours[identity]
        for path, before, after in differences(obj.manifest, other.manifest):
            # Each render generates secrets of its own.
            if not (is_secret_data(obj, path) or is_checksum(path)):
                what = f"is {before!r} by Helm {release.helm_version} and {after!r} by {embedded.helm_version}"
                yield Finding(KEY, "differs", obj.ref, written(path), what, CHECK.remedy)


def _by_identity(release: Release) -> dict[tuple[str, str, str], KubeObject]:
    return {(obj.kind, obj.namespace, obj.name): obj for obj in release}


CHECK = Check(
    key=KEY,
    title="Same objects from every Helm",
    why="Users have many versions of Helm; and most cases here are rendered by Helm's library alone, since it is fast.",
    remedy="write the template so that all versions read it alike, or accept the difference with its reason",
    source="Helm's release notes; helm template of each version compared with helm-python-sdk",
    examine=examine,
    rules=RULES,
    about="renders by Helm programs",
)
