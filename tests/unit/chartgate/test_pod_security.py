"""The Pod Security check: every rule of the restricted profile, for every kind of container."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.pod_security import CHECK

FindingsOf = Callable[..., list[Finding]]

SAFE = """\
kind: Pod
metadata: {name: x, annotations: {}}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  initContainers:
    - {name: i, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
  containers:
    - name: c
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
  volumes: [{name: v, emptyDir: {}}]
"""
CONTEXT = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}\n"


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_restricted_pod_passes(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, SAFE) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("  volumes:", "  hostNetwork: true\n  volumes:", "host-namespaces"),
        ("emptyDir: {}", "hostPath: {path: /}", "volume-types"),
        ("runAsNonRoot: true", "runAsNonRoot: false", "run-as-non-root"),
        ("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0", "run-as-user"),
        ("{type: RuntimeDefault}", "{type: Unconfined}", "seccomp"),
        ("runAsNonRoot: true", "runAsNonRoot: true, sysctls: [{name: kernel.sem}]", "sysctls"),
        ("runAsNonRoot: true", "runAsNonRoot: true, seLinuxOptions: {type: spc_t}", "selinux"),
        ("runAsNonRoot: true", "runAsNonRoot: true, windowsOptions: {hostProcess: true}", "host-process"),
        ("runAsNonRoot: true", "runAsNonRoot: true, appArmorProfile: {type: Unconfined}", "apparmor"),
        ("annotations: {}", "annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined}", "apparmor"),
        (CONTEXT, CONTEXT.replace("false", "true"), "escalation"),
        (CONTEXT, CONTEXT.replace("ALL", "NET_RAW"), "capabilities"),
        (CONTEXT, CONTEXT.replace("{drop", "{add: [SYS_ADMIN], drop"), "capabilities"),
        (CONTEXT, CONTEXT.replace("{allow", "{privileged: true, allow"), "privileged"),
        (CONTEXT, CONTEXT.replace("{allow", "{procMount: Unmasked, allow"), "proc-mount"),
        (CONTEXT, CONTEXT + "      ports: [{containerPort: 1, hostPort: 1}]\n", "host-ports"),
        (CONTEXT, CONTEXT + "      livenessProbe: {httpGet: {host: a.example}}\n", "probe-host"),
    ],
)
def test_each_breach_is_found(findings_of: FindingsOf, old: str, new: str, rule: str) -> None:
    assert old in SAFE
    assert rule in rules(findings_of(CHECK, SAFE.replace(old, new)))


def test_an_init_container_is_judged_too(findings_of: FindingsOf) -> None:
    found = findings_of(
        CHECK,
        SAFE.replace("{name: i, securityContext: {allowPrivilegeEscalation: false, ", "{name: i, securityContext: {"),
    )
    assert [(finding.rule, finding.where.split(".security")[0]) for finding in found] == [
        ("escalation", "spec.initContainers[0] (i)")
    ]


def test_rules_follow_the_kubernetes_version(findings_of: FindingsOf) -> None:
    ports = SAFE.replace("runAsNonRoot: true", "runAsNonRoot: true, sysctls: [{name: net.ipv4.tcp_fin_timeout}]")
    assert rules(findings_of(CHECK, ports, kube="1.28")) == ["sysctls"]
    assert rules(findings_of(CHECK, ports, kube="1.29")) == []
    windows = SAFE.replace("  volumes:", "  os: {name: windows}\n  volumes:").replace(
        "seccompProfile: {type: RuntimeDefault}", ""
    )
    assert set(rules(findings_of(CHECK, windows, kube="1.24"))) == {"seccomp"}
    assert findings_of(CHECK, windows, kube="1.25") == []


def test_only_pods_are_examined(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, "kind: ConfigMap\nmetadata: {name: x}") == []
