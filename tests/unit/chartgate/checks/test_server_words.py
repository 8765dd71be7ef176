"""What an API server says is divided into a remark for each field, and never repeats what a Secret holds."""

from typing import Any

import pytest

from chartgate.findings.api_server.words import Remark, remarks
from chartgate.tools.control_plane.client import Answer

TYPED = "failed to create typed patch object (apps/web; apps/v1, Kind=Deployment): "


def refusal(message: str, causes: list[dict[str, str]] | None = None) -> Answer:
    document: dict[str, Any] = {"kind": "Status", "message": message}
    return Answer(422, {**document, "details": {"causes": causes}} if causes else document, ())


def test_an_object_that_the_server_takes_in_silence_has_no_remark() -> None:
    assert remarks(Answer(200, {}, ()), {}) == []


def test_each_cause_is_a_remark_at_its_field() -> None:
    causes = [
        {"reason": "FieldValueInvalid", "field": "spec.ports[0].port", "message": "Invalid value: 0: must be …"},
        {"reason": "FieldValueRequired", "field": "spec.ports[0].name", "message": "Required value"},
    ]
    assert remarks(refusal('Service "a" is invalid: …', causes), {}) == [
        Remark("refused", "spec.ports[0].name", "Required value"),
        Remark("refused", "spec.ports[0].port", "Invalid value: 0: must be …"),
    ]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"{TYPED}.spec.replica: field not declared in schema", ("unknown-field", "spec.replica")),
        (f'{TYPED}.spec.a[name="c"].env: duplicate entries for key [name="A"]', ("refused", 'spec.a[name="c"].env')),
        (
            'Service in version "v1" cannot be handled: strict: unknown field "spec.prots"',
            ("unknown-field", "spec.prots"),
        ),
        ("namespaces is forbidden", ("refused", "")),
    ],
)
def test_a_refusal_without_causes_is_read_from_its_text(message: str, expected: tuple[str, str]) -> None:
    (remark,) = remarks(refusal(message), {})
    assert (remark.rule, remark.where) == expected


def test_several_errors_of_one_refusal_are_several_remarks() -> None:
    found = remarks(refusal(f"{TYPED}errors:\n  .spec.a: field not declared in schema\n  .spec.b: expected map"), {})
    assert found == [
        Remark("refused", "spec.b", "expected map"),
        Remark("unknown-field", "spec.a", "field not declared in schema"),
    ]


@pytest.mark.parametrize(
    ("warning", "where"),
    [
        (
            "spec.containers[0].env[1]: hides previous definition",
            "spec.containers[0].env[1]",
        ),
        (
            'spec.nodeSelector[example.com/os]: deprecated since v1.14; use "x"',
            "spec.nodeSelector[example.com/os]",
        ),
        ("v1 ComponentStatus is deprecated in v1.19+", ""),
    ],
)
def test_a_warning_has_the_place_that_it_begins_with(warning: str, where: str) -> None:
    (remark,) = remarks(Answer(200, {}, (warning,)), {})
    assert (remark.rule, remark.where) == ("warning", where)


def test_what_a_secret_holds_is_hidden() -> None:
    secret = {"kind": "Secret", "stringData": {"a": 8080, "b": "hunter2"}, "data": {"c": None}}
    answer = refusal(
        "failed to create typed patch object (apps/s; /v1, Kind=Secret): errors:\n"
        "  .stringData.a: expected string, got &value.valueUnstructured{Value:8080}\n"
        "  .stringData.b: hunter2 is short"
    )
    found = remarks(answer, secret)
    assert [remark.what for remark in found] == ["expected string, got (hidden)", "(hidden) is short"]


def test_an_entry_of_a_list_has_its_index() -> None:
    service = {"kind": "Service", "spec": {"ports": [{"port": 1}, {"port": 80, "protocol": "TCP", "prot": 1}]}}
    answer = refusal(f'{TYPED}.spec.ports[port=80,protocol="TCP"].prot: field not declared in schema')
    assert [remark.where for remark in remarks(answer, service)] == ["spec.ports[1].prot"]
