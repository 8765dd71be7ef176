"""The check of images: pinned, readable, and all from one registry when the user says so."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.images import CHECK

FindingsOf = Callable[..., list[Finding]]

POD = "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'IMAGE'}]}"


@pytest.mark.parametrize(
    "image",
    ["redis:8.2.3", "host.example:5000/a/b_c:v1", f"a/b@sha256:{'0' * 64}", f"docker.io/a:latest@sha256:{'a' * 64}"],
)
def test_a_pinned_image_is_no_finding(findings_of: FindingsOf, image: str) -> None:
    assert findings_of(CHECK, POD.replace("IMAGE", image)) == []


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        ("redis", "not-pinned"),
        ("redis:latest", "not-pinned"),
        ("host:5000/redis", "not-pinned"),
        ("Redis:1", "reference"),
        ("redis:", "reference"),
        ("", "reference"),
        ("a:1@sha256:12", "reference"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, image: str, rule: str) -> None:
    assert [finding.rule for finding in findings_of(CHECK, POD.replace("IMAGE", image))] == [rule]


def test_every_image_moves_to_the_users_registry(findings_of: FindingsOf) -> None:
    here, there = POD.replace("IMAGE", "a:1"), POD.replace("IMAGE", "mirror.example:5000/all/a:1")
    assert findings_of(CHECK, here, variants={"other-registry": there}) == []
    assert [f.rule for f in findings_of(CHECK, here, variants={"other-registry": here})] == ["registry"]
    given = ["extra: [{name: c, image: 'a:1'}]"]
    assert findings_of(CHECK, here, variants={"other-registry": here}, values=given) == []
