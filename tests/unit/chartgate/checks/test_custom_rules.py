"""Custom resources keep to the rules of their definition (x-kubernetes-validations)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.runner import examine
from chartgate.findings.schema import CHECK, check_with
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.reading import Reading
from chartgate.values.case import Case
from chartgate.values.known_kinds import read_known_kinds
from tests.unit.chartgate.manifests import DEFINITION, WIDGET

FindingsOf = Callable[..., list[Finding]]


def definition(*rules: dict[str, Any]) -> str:
    """A definition of a Widget whose spec has these rules."""
    spec = "spec: {type: object,"
    assert spec in DEFINITION
    return DEFINITION.replace(spec, f"{spec} x-kubernetes-validations: {json.dumps(rules)},")


def found(findings_of: FindingsOf, *rules: dict[str, Any], kube: str = "1.37") -> list[tuple[str, str, str]]:
    """What is found in a Widget of size 3."""
    findings = findings_of(CHECK, f"{definition(*rules)}---\n{WIDGET}", kube=kube)
    return [(one.rule, one.where, one.what) for one in findings]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"rule": "self.size < 3", "message": "is\ntoo large"}, "is too large"),
        ({"rule": "self.size < 3"}, "failed rule: self.size < 3"),
        ({"rule": "self.size < 3", "messageExpression": "'is ' + string(self.size)"}, "is 3"),
        ({"rule": "self.size < 3", "messageExpression": "self.nowhere", "message": "is large"}, "is large"),
        ({"rule": "self.nowhere == 3"}, "no such key: nowhere evaluating rule: self.nowhere == 3"),
    ],
)
def test_a_broken_rule_is_found_with_its_words(findings_of: FindingsOf, rule: dict[str, str], words: str) -> None:
    assert found(findings_of, rule) == [("broken-rule", "spec", f"breaks a rule of its definition: {words}")]


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "self.size <= 3"},
        {"rule": "self.size == oldSelf.size"},
        {"rule": "!oldSelf.hasValue() || self.size > 9", "optionalOldSelf": True},
    ],
    ids=["holds", "change", "optional"],
)
def test_a_rule_that_holds_or_is_about_a_change_is_not(findings_of: FindingsOf, rule: dict[str, Any]) -> None:
    assert found(findings_of, rule) == []


def test_the_path_of_the_field_is_named(findings_of: FindingsOf) -> None:
    ((_, where, _),) = found(findings_of, {"rule": "self.size < 3", "fieldPath": ".size"})
    assert where == "spec.size"


def test_rules_are_not_evaluated_for_an_invalid_object(findings_of: FindingsOf) -> None:
    text = f"{definition({'rule': 'self.size < 3'})}---\n{WIDGET.replace('size: 3', 'size: big')}"
    assert [one.rule for one in findings_of(CHECK, text)] == ["invalid"]


def test_a_kubernetes_that_does_not_ask_rules_is_left_alone(findings_of: FindingsOf) -> None:
    assert found(findings_of, {"rule": "self.size < 3"}, kube="1.24") == []


def test_a_rule_that_cannot_be_evaluated_is_a_note(release_of: Callable[..., Release]) -> None:
    text = f"{definition({'rule': 'format.dns1123Label().validate(self.name).hasValue()'})}---\n{WIDGET}"
    (verdict,) = examine(CHECK, [Rendered(Case("written"), release_of(text))])
    assert verdict.findings == ()
    (note,) = verdict.notes
    assert (note.rule, note.where) == ("rule-not-evaluated", "spec")
    assert "undeclared reference to 'format'" in note.what


def test_rules_of_the_setting_schemas_are_evaluated(findings_of: FindingsOf, tmp_path: Path) -> None:
    rule = {"rule": "self.size < 3"}
    (tmp_path / "crd.yaml").write_text(definition(rule), encoding="utf-8")
    schema = {
        "properties": {
            "spec": {"type": "object", "properties": {"size": {"type": "integer"}}, "x-kubernetes-validations": [rule]}
        }
    }
    (tmp_path / "example.com").mkdir()
    (tmp_path / "example.com" / "widget_v1.json").write_text(json.dumps(schema), encoding="utf-8")
    for path in ("crd.yaml", "example.com"):
        (finding,) = findings_of(check_with(read_known_kinds([tmp_path / path], Reading())), WIDGET)
        assert (finding.rule, finding.where) == ("broken-rule", "spec")


def test_rules_of_the_catalogue_are_evaluated(findings_of: FindingsOf) -> None:
    route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {rules: [RULE]}\n"
    redirect = "{filters: [{type: RequestRedirect, requestRedirect: {port: 80}}], backendRefs: [{name: s, port: 80}]}"
    (finding,) = findings_of(CHECK, route.replace("RULE", redirect))
    assert (finding.rule, finding.where) == ("broken-rule", "spec.rules[0]")
    assert "RequestRedirect filter must not be used together with backendRefs" in finding.what
    assert findings_of(CHECK, route.replace("RULE", "{backendRefs: [{name: s, port: 80}]}")) == []
