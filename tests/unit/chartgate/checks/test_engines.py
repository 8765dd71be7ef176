"""The check of engines: a difference is found, what each render generates anew is none, what Helm explains neither."""

from collections.abc import Callable

from chartgate.findings.engines import CHECK, EXPLAINED
from chartgate.findings.finding import Finding
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

ReleaseOf = Callable[..., Release]

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: '1'}\n"


def compared(release: Release, embedded: Release | str, helm: str = "4.3.1") -> list[Finding]:
    theirs = Release(release.name, release.namespace, helm, release.kube_version, release.objects)
    (verdict,) = examine(CHECK, [Rendered(Case("written"), theirs, {"library": embedded})])
    assert {finding.rule for finding in verdict.findings} <= set(CHECK.rules)
    return list(verdict.findings)


def test_equal_releases_have_no_finding(release_of: ReleaseOf) -> None:
    assert compared(release_of(MAP), release_of(MAP)) == []


def test_each_kind_of_difference_is_found(release_of: ReleaseOf) -> None:
    long = MAP.replace("'1'", "x" * 500)
    (changed,) = compared(release_of(MAP), release_of(long))
    assert (changed.rule, changed.where) == ("differs", "data.a")
    assert len(changed.what) < 300
    (absent,) = compared(release_of(MAP), release_of(MAP.replace("{a: '1'}", "{}")))
    assert absent.what == "is '1' by Helm 4.3.1 and absent by 4.3.1"
    (alone,) = compared(release_of(MAP), release_of(""))
    assert (alone.rule, str(alone.about)) == ("comes-and-goes", "ConfigMap/m")
    (refused,) = compared(release_of(MAP), "no")
    assert refused.rule == "refused"


GENERATED = """\
{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {ca.crt: %s}}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: a, annotations: {checksum/ca: %s}}
spec: {caBundle: %s, note: %s}
"""


def test_a_copy_of_what_is_generated_is_no_difference(release_of: ReleaseOf) -> None:
    first, second = "b25l", "dHdv"  # "one" and "two" in Base64
    ours = release_of(GENERATED % (first, 1, first, "one"))
    assert compared(ours, release_of(GENERATED % (second, 2, second, "two"))) == []
    (other,) = compared(ours, release_of(GENERATED % (second, 2, second, "three")))
    assert other.where == "spec.note"


BUDGET = "apiVersion: policy/%s\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: %s}\n"
POLICY = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: p}\n"


def test_an_old_helm_may_choose_another_api(release_of: ReleaseOf) -> None:
    old = release_of(f"{BUDGET % ('v1beta1', 1)}---\n{POLICY}")
    new = release_of(BUDGET % ("v1", 2))
    assert compared(old, new, "3.2.4") == []
    assert {finding.rule for finding in compared(old, new, "3.6.2")} == {"differs", "comes-and-goes"}
    assert [finding.where for finding in compared(release_of(BUDGET % ("v1", 1)), new, "3.2.4")] == [
        "spec.minAvailable"
    ]
    assert compared(release_of(MAP), release_of(""), "3.2.4")


def test_every_explanation_says_why() -> None:
    assert all(len(explained.reason) > 40 for explained in EXPLAINED)


def test_without_a_program_there_is_nothing_to_compare(release_of: ReleaseOf) -> None:
    (verdict,) = examine(CHECK, [Rendered(Case("written"), release_of(MAP))])
    assert (verdict.examined, verdict.findings) == (0, ())


def test_a_field_without_a_value_is_none(release_of: ReleaseOf) -> None:
    assert compared(release_of(MAP.replace("'1'", "'1', b: null")), release_of(MAP)) == []


TEST = "kind: Pod\nmetadata: {name: t-%s, annotations: {helm.sh/hook: %s}}\n"


def test_a_pod_of_a_test_may_have_another_name_each_time(release_of: ReleaseOf) -> None:
    assert compared(release_of(TEST % ("abc", "test")), release_of(TEST % ("def", "test"))) == []
    found = compared(release_of(TEST % ("abc", "pre-upgrade")), release_of(TEST % ("def", "pre-upgrade")))
    assert [finding.rule for finding in found] == ["comes-and-goes", "comes-and-goes"]
