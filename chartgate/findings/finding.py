"""What a check reports: findings, and how much it looked at."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chartgate.findings.variants import Variant
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered


@dataclass(frozen=True, order=True)
class Finding:
    """One defect. Never holds a Secret's data.

    `rule` names it within its check; `object` is "Kind/name", or what else is at fault; `where` the place in it.
    `target` is the "Kind/name" that a reference means but nothing makes; empty for any other finding. `group` is the
    API group of an object, and `namespace` its namespace where it is not the release's.
    """

    check: str
    rule: str
    object: str
    where: str
    what: str
    remedy: str
    target: str = ""
    group: str = ""
    namespace: str = ""


@dataclass(frozen=True)
class Verdict:
    """What one check says of one render: how many things it examined, what it found, and what it notes beside that."""

    rendered: Rendered
    examined: int
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()


Examine = Callable[[Sequence[Rendered]], list[Verdict]]


@dataclass(frozen=True)
class OldCheck:
    """A check and its own description.

    `examine` returns a verdict a render; it neither prints nor exits. `source` is where the rule comes from; `rules`
    names each rule that its findings carry and says in a line what breaks it, empty when another program names them.
    `about` is what a chart may do without ("Fluent Bit configurations"): a chart that has none of it passes with
    nothing examined, any other check fails then. `variants` are the further renders of a case that it compares;
    `program` judges as well where it is on PATH. `apart`: it waits for another process, so that others can go on.
    """

    key: str
    title: str
    why: str
    remedy: str
    source: str
    examine: Examine
    rules: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    variants: tuple[Variant, ...] = ()
    program: str = ""
    apart: bool = False


def guarded(check: str, ref: str, examine: Callable[..., Iterable[Finding]], *args: object) -> tuple[Finding, ...]:
    """What `examine` finds; an object so misshapen that it cannot be read is a finding, not a crash."""
    try:
        return tuple(examine(*args))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"cannot be examined, since something in it is not shaped as Kubernetes says ({type(error).__name__})"
        return (Finding(check, "malformed", ref, "", what, "correct what the schema check reports first"),)


def by_object(
    check: str,
    renders: Sequence[Rendered],
    examine: Callable[[KubeObject, str], Iterable[Finding]],
    *,
    wanted: Callable[[KubeObject], bool] = lambda _: True,
    any_version: bool = False,
) -> list[Verdict]:
    """Verdicts of a rule that looks at one object and a Kubernetes version: each distinct pair is examined once.

    `any_version`: the version does not matter, and each distinct object is examined once.
    """
    known: dict[Hashable, Sequence[Finding]] = {}
    verdicts = []
    for rendered in renders:
        found: list[Finding] = []
        objects = [obj for obj in rendered.release if wanted(obj)]
        for obj in objects:
            key = (obj.digest, "" if any_version else rendered.release.kube_version)
            if key not in known:
                known[key] = guarded(check, obj.ref, examine, obj, rendered.release.kube_version)
            found += known[key]
        verdicts.append(Verdict(rendered, len(objects), tuple(found)))
    return verdicts


def by_release(
    check: str,
    renders: Sequence[Rendered],
    examine: Callable[[Rendered], Iterable[Finding]],
    *,
    count: Callable[[Rendered], int],
    depends: Callable[[Rendered], Hashable] = lambda _: None,
) -> list[Verdict]:
    """Verdicts of a rule that looks at a release as a whole: each distinct release is examined once.

    `count` says how many things a release has for the rule; one that has none is not examined. `depends` is what the
    answer hangs on besides the release.
    """
    known: dict[Hashable, tuple[Finding, ...]] = {}
    verdicts = []
    for rendered in renders:
        examined = count(rendered)
        key = (rendered.release.digest, depends(rendered))
        if examined and key not in known:
            known[key] = guarded(check, "release", examine, rendered)
        verdicts.append(Verdict(rendered, examined, known[key] if examined else ()))
    return verdicts
