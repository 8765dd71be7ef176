"""The check itself: all rules. An object is judged once for all versions of Kubernetes that have the same rules."""

from collections.abc import Iterator

from chartgate.findings.api_server import (
    container_parts,
    container_resources,
    enums,
    environment,
    filled,
    kinds,
    metadata,
    pod_parts,
    ranges,
    selectors,
    texts,
)
from chartgate.findings.api_server.fault import Fault as ObjectFault
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObject
from chartgate.findings.user_values import made_as_it_is
from chartgate.releases.objects import KubeObject

_RULES = (
    *(metadata, enums, ranges, pod_parts, container_parts, container_resources),
    *(kinds, filled, selectors, texts),
)


def judge(obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    """Faults of an object for the Kubernetes version that it is made for.

    A value that the gate made of the schema itself, and that an object has word for word, is not the chart's fault.
    """
    for fault in _faults(obj, kube_version):
        # What a fault says never quotes the data of a Secret.
        yield Fault(fault.rule, fault.where, fault.what, unless=made_as_it_is(fault.value))


def _faults(obj: KubeObject, kube_version: str) -> Iterator[ObjectFault]:
    for rules in _RULES:
        yield from rules.judge(obj)
    yield from environment.judge(obj, kube_version)


CHECK = Check(
    key="api-server",
    title="What an API server refuses",
    why="An object may fit its schema and still be refused, so that an upgrade stops half-way.",
    source="kubernetes/kubernetes, pkg/apis/*/validation; Go module k8s.io/api",
    scopes=(EachObject(judge, alike=environment.any_name),),
    rules={
        "enum": Rule(
            "a field has a word that its kind does not know",
            "use one of the words that the finding names",
            "restartPolicy: Sometimes",
        ),
        "range": Rule(
            "a number is outside its range, or contradicts another one",
            "use a number that the API reference of the kind allows",
            "port: 70000",
        ),
        "required": Rule(
            "a part is missing that the kind must have",
            "add the part, or leave the whole object out where its value is empty",
            "a Deployment whose spec.template.spec.containers is []",
        ),
        "exclusive": Rule(
            "an object has parts that exclude each other",
            "keep one of the two",
            "env: [{name: A, value: a, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
        ),
        "repeated": Rule(
            "two entries of a list have one name, path or port",
            "give each entry a name of its own, or remove one",
            "two volumes named data",
        ),
        "format": Rule(
            "a text does not have the format of its field, such as base64 or a schedule",
            "write the text in the format that the API reference of the kind names",
            "schedule: every day",
        ),
        "size": Rule(
            "the data of a ConfigMap or Secret is larger than 1 MiB",
            "split the data over several objects, or load it from a volume",
            "a ConfigMap of a file of 2 MiB",
        ),
        "refused": Rule(
            "a real API server refuses the object (only with `--api-server`)",
            "correct what the server's words name",
            "a Deployment whose selector does not match the labels of its pods",
        ),
        "unknown-field": Rule(
            "a real API server does not know a field of the object (only with `--api-server`)",
            "correct the name of the field, or remove it",
            "spec: {prots: []}",
        ),
        "warning": Rule(
            "a real API server takes the object with a warning (only with `--api-server`)",
            "follow the warning",
            "two entries of env with one name",
            severity="warning",
        ),
    },
)
