"""The check of list keys: each kind of duplicate is found with its place, and a sound pod has none."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.list_keys import CHECK

FindingsOf = Callable[..., list[Finding]]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  initContainers: [{name: i, restartPolicy: Always, ports: [{name: side, containerPort: 3}]}]
  containers:
    - name: c
      env: [{name: A}, {name: B}]
      ports: [{name: a, containerPort: 1}, {name: b, containerPort: 1, protocol: UDP}]
      volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b}]
  volumes: [{name: v}, {name: w}]
  imagePullSecrets: [{name: x}, {name: y}]
"""


@pytest.mark.parametrize("kube", ["1.19", "1.37"])
def test_a_sound_pod_has_no_findings(findings_of: FindingsOf, kube: str) -> None:
    assert findings_of(CHECK, POD, kube=kube) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "where", "what"),
    [
        ("{name: B}", "{name: A}", "duplicate", "spec.containers[0].env", "name A stands 2 times"),
        (
            "protocol: UDP",
            "protocol: TCP",
            "duplicate",
            "spec.containers[0].ports",
            "containerPort 1, protocol TCP stands",
        ),
        ("mountPath: /b", "mountPath: /a/", "duplicate", "spec.containers[0].volumeMounts", "mountPath /a stands 2"),
        ("{name: w}", "{name: v}", "duplicate", "spec.volumes", "name v stands 2 times"),
        ("{name: y}", "{name: x}", "duplicate", "spec.imagePullSecrets", "name x stands 2 times"),
        ("{name: i,", "{name: c,", "container-name", "spec", "container c stands 2 times"),
        ("name: side", "name: a", "port-name", "spec", "port name a stands 2 times"),
    ],
)
def test_each_duplicate_is_found(findings_of: FindingsOf, old: str, new: str, rule: str, where: str, what: str) -> None:
    (finding,) = findings_of(CHECK, POD.replace(old, new))
    assert (finding.rule, finding.where) == (rule, where)
    assert what in finding.what


def test_ports_of_a_service_differ_by_protocol(findings_of: FindingsOf) -> None:
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    )
    assert findings_of(CHECK, service) == []
    assert [f.where for f in findings_of(CHECK, service.replace(", protocol: UDP", ""))] == ["spec.ports"]
