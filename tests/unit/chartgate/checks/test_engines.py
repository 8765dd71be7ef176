"""The check that every Helm makes the same objects."""

from collections.abc import Callable

from chartgate.findings.engines import CHECK
from chartgate.findings.finding import Finding
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

ReleaseOf = Callable[..., Release]

WEB = (
    "kind: ConfigMap\nmetadata: {name: web}\ndata: {a: '1'}\n---\nkind: Secret\nmetadata: {name: s}\ndata: {k: eA==}\n"
)


def found(release: Release, embedded: Release | str | None) -> list[Finding]:
    (verdict,) = CHECK.examine([Rendered(Case("c"), release, embedded=embedded)])
    assert verdict.examined == (0 if embedded is None else len(release))
    return list(verdict.findings)


def test_equal_objects_and_generated_secrets_are_no_difference(release_of: ReleaseOf) -> None:
    assert found(release_of(WEB), release_of(WEB.replace("eA==", "eQ=="))) == []


def test_what_differs_is_told_with_both_values(release_of: ReleaseOf) -> None:
    (finding,) = found(release_of(WEB), release_of(WEB.replace("'1'", "'2'")))
    assert (finding.rule, finding.object, finding.where) == ("differs", "ConfigMap/web", "data.a")
    assert "'1' by Helm 4.3.1 and '2' by" in finding.what


def test_an_object_of_one_of_them_is_found(release_of: ReleaseOf) -> None:
    found_here = found(release_of(WEB), release_of(WEB.partition("---")[0]))
    assert [(finding.rule, finding.object) for finding in found_here] == [("comes-and-goes", "Secret/s")]


def test_a_refusal_of_the_library_alone_is_found(release_of: ReleaseOf) -> None:
    (finding,) = found(release_of(WEB), "execution error")
    assert finding.rule == "refused"
    assert "execution error" in finding.what


def test_without_a_program_there_is_nothing_to_compare(release_of: ReleaseOf) -> None:
    assert found(release_of(WEB), None) == []
