"""Warnings that are listed as accepted, because the chart's author leaves the settings to users.

An empty value such as `resources: {}` is empty on purpose, as in a chart of `helm create`: "we usually recommend not to
specify default resources and to leave this as a conscious choice for the user". The pod of a `helm test` runs for
some seconds, when somebody asks for it. And a DaemonSet is there to do something on its node.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chartgate.findings.finding import Column, Finding, Verdict
from chartgate.findings.own_switches import WORKMANSHIP
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release

OF_USERS = "values.yaml leaves it to the user"
OF_TESTS = "only helm test runs the pod"
OF_NODES = "a DaemonSet works on its node"

_ON_NODES = frozenset({"host-namespaces", "host-ports", "privileged"})
"""Rules about what a pod gets of its node."""

_NAME = re.compile(r" \([^)]*\)")
_NAMED = re.compile(r"ontainers\[\d+\] \(([^)]*)\)(.*)")
_CONTAINER = re.compile(r"(initContainers|containers)\[\d+\]")


class _Place(NamedTuple):
    """The rule, and the place in what a template makes.

    `container` is the list and the index of a container; without a template, its name: a container is the same in
    another kind of workload, and beside another container.
    """

    check: str
    rule: str
    template: str
    kind: str
    where: str
    container: str


class LeftToUsers:
    """The warnings about how well a chart is made that filled values mend, about the pods of tests, and about what a
    DaemonSet gets of its node.

    Args:
        columns: the verdicts of a run, with all findings.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._avoidable: frozenset[_Place] = frozenset(
            place for key, verdicts in columns if key in WORKMANSHIP for place in _avoidable(verdicts)
        )
        self._told: dict[Finding, str] = {}

    def reason(self, finding: Finding, release: Release) -> str:
        """Why a finding of a release is listed as accepted; empty for one that counts."""
        if finding.check not in WORKMANSHIP | {"labels"} or finding.severity == "error":
            return ""
        places = set(_places(finding, release))
        why = OF_USERS if places & self._avoidable else _of_tests(finding, release) or _of_nodes(finding)
        if why:
            self._told[finding] = why
        return why

    def notices(self) -> Iterator[str]:
        """A sentence about the findings of each reason."""
        for why in (OF_USERS, OF_TESTS, OF_NODES):
            told = [finding for finding, reason in self._told.items() if reason == why]
            if told:
                counted = "1 warning does" if len(told) == 1 else f"{len(told)} warnings do"
                checks = ", ".join(sorted({finding.check for finding in told}))
                yield f"{counted} not count ({checks}): {why}; --strict lists them"


def _avoidable(verdicts: Sequence[Verdict]) -> Iterator[_Place]:
    """The places with a finding in some case, and without one in a case with filled values that makes the same part."""
    about: defaultdict[tuple[str, str], set[_Place]] = defaultdict(set)
    for verdict in verdicts:
        for finding in verdict.findings:
            for place in _places(finding, verdict.rendered.release):
                about[place.template, place.kind or place.container].add(place)
    for verdict in (one for one in verdicts if one.rendered.case.origin == "filled"):
        release = verdict.rendered.release
        here = {place for finding in verdict.findings for place in _places(finding, release)}
        for obj in release:
            for container in obj.sound_containers:
                yield from about["", container.name] - here
            yield from (
                place for place in about[obj.template, obj.kind] - here if place.container in {"", *_containers(obj)}
            )


def _places(finding: Finding, release: Release) -> Iterator[_Place]:
    """Where a finding is, without names, which differ from release to release."""
    named = _NAMED.search(finding.where)
    if named:
        yield _Place(finding.check, finding.rule, "", "", f"{named[2]} {finding.what}", named[1])
    where = _NAME.sub("", finding.where).replace("/[", "[").replace("/", ".")
    container = _CONTAINER.search(where)
    for obj in release:
        if obj.about == finding.about:
            yield _Place(finding.check, finding.rule, obj.template, obj.kind, where, container[0] if container else "")


def _containers(obj: KubeObject) -> set[str]:
    return {found[0] for one in obj.sound_containers if (found := _CONTAINER.search(one.path))}


def _of_nodes(finding: Finding) -> str:
    """Agents of a node read its files, its network and its devices; what they lack beside that still counts."""
    if finding.check != "pod-security" or finding.about.kind != "DaemonSet":
        return ""
    field = finding.where.rpartition(".")[2]
    reaches = finding.rule in _ON_NODES or (finding.rule, field) in {
        ("volume-types", "hostPath"),
        ("capabilities", "add"),
    }
    return OF_NODES if reaches else ""


def _of_tests(finding: Finding, release: Release) -> str:
    made = (obj for obj in release if obj.about == finding.about)
    return OF_TESTS if any(hook.startswith("test") for obj in made for hook in obj.hooks) else ""
