"""Every Helm makes the same objects of the same inputs, so that what the fast one shows holds for all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachComparison
from chartgate.releases.comparisons import LIBRARY
from chartgate.releases.differences import ABSENT, differences, written
from chartgate.releases.generated_secrets import GeneratedSecrets, is_checksum, is_secret_data
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import known_versions
from chartgate.tools.served_kinds import served_kinds

LONGEST = 120
"""Characters of a value that a finding quotes."""


@dataclass(frozen=True)
class Explained:
    """A difference between versions of Helm that no chart can help.

    `before` and `since` bound the program's version, the first exclusive; `covers` is asked for each object that one of
    the two makes in its own way, with the other one's object, if there is one.
    """

    reason: str
    covers: Callable[[KubeObject, KubeObject | None], bool]
    since: str = "3.0.0"
    before: str = "99"

    def explains(self, version: str, obj: KubeObject, other: KubeObject | None) -> bool:
        """Whether this is why a program of that version and the library make other objects."""
        key = version_key(version)
        return version_key(self.since) <= key < version_key(self.before) and self.covers(obj, other)


def _is_for_another_api(obj: KubeObject, other: KubeObject | None) -> bool:
    """Whether an object is of a kind or version that not every Kubernetes serves, and the other one is not the same."""
    served = [obj.kind_key in served_kinds(version) for version in known_versions()]
    return not all(served) and any(served) and (other is None or other.api_version != obj.api_version)


EXPLAINED = (
    Explained(
        "Helm before 3.6 cannot be told the Kubernetes version: .Capabilities are those of 1.18, for which a chart may "
        "choose another apiVersion or kind",
        lambda obj, other: _is_for_another_api(obj, other) or (other is not None and _is_for_another_api(other, obj)),
        before="3.6.0",
    ),
)


def judge(rendered: Rendered, embedded: Release) -> Iterator[Fault]:
    """Faults where a Helm program and Helm's library make other objects of the same."""
    release = rendered.release
    theirs, ours = ({identity: same[-1] for identity, same in one.by_identity.items()} for one in (release, embedded))
    for identity in sorted(theirs.keys() ^ ours.keys()):
        obj = theirs.get(identity) or ours[identity]
        like_it = embedded.tests_like(obj) if identity in theirs else release.tests_like(obj)
        if not like_it and not _is_explained(release.helm_version, obj, None):
            maker = f"Helm {(release if identity in theirs else embedded).helm_version}"
            yield Fault("comes-and-goes", "metadata.name", f"is made by {maker} alone", object=obj)
    pairs = [(theirs[identity], ours[identity]) for identity in theirs if identity in ours]
    # Each render generates secrets of its own.
    generated = GeneratedSecrets(pairs)
    for obj, other in pairs:
        if _is_explained(release.helm_version, obj, other):
            continue
        for path, before, after in differences(obj.manifest, other.manifest):
            # To Kubernetes, a field without a value is no field; Helm's versions keep it or drop it.
            nothing = before in (None, ABSENT) and after in (None, ABSENT)
            if not (nothing or is_secret_data(obj, path) or is_checksum(path) or generated.explain(before, after)):
                told = [_shortened(value) for value in (before, after)]
                what = f"is {told[0]} by Helm {release.helm_version} and {told[1]} by {embedded.helm_version}"
                yield Fault("differs", written(path), what, object=obj)


def refused(rendered: Rendered, words: str) -> Iterator[Fault]:
    """The fault that Helm's library refuses what a program renders."""
    yield Fault("refused", f"Helm {rendered.release.helm_version}", f"renders what the library refuses: {words}")


def _is_explained(version: str, obj: KubeObject, other: KubeObject | None) -> bool:
    return any(explained.explains(version, obj, other) for explained in EXPLAINED)


def _shortened(value: object) -> str:
    text = "absent" if value is ABSENT else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


_REMEDY = "write the template so that all versions read it alike, or accept the difference with its reason"

CHECK = Check(
    key="engines",
    title="Same objects from every Helm",
    why="Users have many versions of Helm; and most cases here are rendered by Helm's library alone, since it is fast.",
    source="Helm's release notes; helm template of each version compared with helm-python-sdk",
    scopes=(EachComparison(LIBRARY, judge, refused),),
    rules={
        "refused": Rule(
            "Helm's library refuses what a Helm program renders",
            _REMEDY,
            "a template that calls a function which only old versions have",
        ),
        "comes-and-goes": Rule(
            "an object is made by a Helm program or by Helm's library, not by both",
            _REMEDY,
            'an object within {{ if semverCompare ">=4" .Capabilities.HelmVersion.Version }}',
        ),
        "differs": Rule(
            "an object differs between a Helm program and Helm's library",
            _REMEDY,
            "an annotation with {{ .Capabilities.HelmVersion.Version }}",
        ),
    },
    about="renders by Helm programs",
)
