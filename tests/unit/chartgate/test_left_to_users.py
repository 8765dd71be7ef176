"""Warnings that the chart leaves to its users, or that are what the object is there for, do not count."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Column
from chartgate.findings.left_to_users import OF_NODES, OF_USERS, LeftToUsers
from chartgate.findings.pod_security import CHECK as POD_SECURITY
from chartgate.findings.probes import CHECK as PROBES
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case, Origin

ReleaseOf = Callable[..., Release]

AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      hostNetwork: true
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      volumes: [{name: logs, hostPath: {path: /var/log}}, {name: d, gcePersistentDisk: {pdName: d}}]
      containers:
        - name: c
          ports: [{containerPort: 9100, hostPort: 9100}]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_RAW]}}
"""
PROBE = "          livenessProbe: {tcpSocket: {port: 9100}}\n"


def columns(check: str, renders: list[Rendered]) -> list[Column]:
    (asked,) = (one for one in (POD_SECURITY, PROBES) if one.key == check)
    return [(check, examine(asked, renders))]


def reasons(found: list[Column]) -> dict[str, str]:
    """Why the findings of the first render do not count, by the ends of their places."""
    left = LeftToUsers(found)
    ((_, (verdict, *_)),) = found
    return {one.where.rpartition(".")[2]: left.reason(one, verdict.rendered.release) for one in verdict.findings}


@pytest.mark.parametrize(("kind", "reason"), [("DaemonSet", OF_NODES), ("Deployment", "")])
def test_a_daemon_set_is_there_for_its_node(release_of: ReleaseOf, kind: str, reason: str) -> None:
    release = release_of(AGENT.replace("DaemonSet", kind))
    assert reasons(columns("pod-security", [Rendered(Case("x"), release)])) == {
        "hostNetwork": reason,
        "hostPath": reason,
        "ports": reason,
        "add": reason,
        "gcePersistentDisk": "",
    }


@pytest.mark.parametrize(("origin", "reason"), [("filled", OF_USERS), ("ci", "")])
def test_a_probe_that_a_filled_value_adds_is_left_to_users(release_of: ReleaseOf, origin: Origin, reason: str) -> None:
    renders = [
        Rendered(Case("x"), release_of(AGENT)),
        Rendered(Case("y", origin=origin), release_of(AGENT + PROBE)),
        Rendered(Case("z", origin=origin), release_of(AGENT[: AGENT.index("        - name")] + "        - text\n")),
    ]
    found = columns("probes", renders)
    left = LeftToUsers(found)
    told = {one.rule: left.reason(one, renders[0].release) for one in found[0][1][0].findings}
    assert told == {"no-liveness": reason, "no-readiness": ""}
