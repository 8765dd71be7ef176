"""The check itself: every rule, over each distinct object once for each Kubernetes version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chartgate.findings.api_server import enums, formats, ranges, shapes
from chartgate.findings.finding import Check, Finding, Verdict, by_object
from chartgate.findings.given import given
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered

KEY = "api-server"
RULES = {
    "enum": "a field has a word that its kind does not know",
    "range": "a number is outside its range, or contradicts another one",
    "required": "a part is missing that the kind must have",
    "exclusive": "an object has parts that exclude each other",
    "repeated": "two entries of a list have one name, path or port",
    "format": "a text does not have the format of its field, such as base64 or a schedule",
    "size": "the data of a ConfigMap or Secret is larger than 1 MiB",
}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct object for the Kubernetes version that it is made for.

    A value that the gate made of the schema itself, and that an object has word for word, is not the chart's fault.
    """
    values: dict[Finding, Any] = {}

    def judge(obj: KubeObject, kube_version: str) -> Iterator[Finding]:
        for rules in (enums, ranges, shapes, formats):
            for fault in rules.judge(obj, kube_version):
                # What a fault says never quotes the data of a Secret.
                finding = Finding(KEY, fault.rule, obj.ref, fault.where, fault.what, CHECK.remedy)
                values[finding] = fault.value
                yield finding

    return [
        replace(verdict, findings=tuple(_of_the_chart(verdict, values)))
        if verdict.findings and verdict.rendered.case.origin == "schema"
        else verdict
        for verdict in by_object(KEY, renders, judge)
    ]


def _of_the_chart(verdict: Verdict, values: Mapping[Finding, Any]) -> Iterator[Finding]:
    """The findings of a case that a program made, without those about a value of the case's own."""
    made = given(verdict.rendered.case)
    return (finding for finding in verdict.findings if not made.holds(values.get(finding, finding)))


CHECK = Check(
    key=KEY,
    title="What an API server refuses",
    why="An object may fit its schema and still be refused, so that an upgrade stops half-way.",
    remedy="compare the template with the API reference of the kind",
    source="kubernetes/kubernetes, pkg/apis/*/validation; Go module k8s.io/api",
    examine=examine,
    rules=RULES,
)
