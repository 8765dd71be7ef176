"""Findings that a switch of the gate's own making brings about are no defects of the chart.

Where a chart has no matrix.yaml, the gate turns each of its switches, and it makes values of the schema. Who sets
`securityContext.runAsNonRoot: false` wants the pod to run as root; who sets `serviceAccount.create: false` has made the
account. So a finding about how well the chart is made does not count where the case's values name the field at fault,
and some other case has the same object, with the same container, without the finding.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import yaml

from chartgate.findings.finding import Column, Finding, Verdict, container_in
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.walk import walk
from chartgate.values.case import Case, Origin

WORKMANSHIP = frozenset({"checkov", "images", "network-policies", "pod-security", "probes", "resources"})
"""Checks about how well a chart is made; what Kubernetes refuses is refused whoever asks for it."""

_CONTAINER = re.compile(r"\(([a-z0-9-]+)\)")
_MAKES = re.compile(r"^(create|install)", re.IGNORECASE)

SHORTEST_PART = 5
"""Letters of a field's name that say nothing on their own, such as `spec`."""

_Key = tuple[str, About, str]


def without_own_switches(columns: Sequence[Column], turned: Collection[Origin]) -> list[tuple[str, list[Verdict]]]:
    """The verdicts without the findings that come of switches which the gate turned.

    Args:
        turned: the origins of the cases in which the gate turns switches, and no person.
    """
    # Each column has the same renders again.
    releases = {id(one.rendered.release): one.rendered.release for _, verdicts in columns for one in verdicts}
    made = {obj.about.by_name for release in releases.values() for obj in release}
    kept = []
    for key, verdicts in columns:
        avoidable = _avoidable(verdicts) if key in WORKMANSHIP else frozenset()

        def counts(finding: Finding, case: Case, avoidable: Collection[_Key] = avoidable) -> bool:
            if case.origin not in turned:
                return True
            avoided = _key(finding) in avoidable and _names(case, finding)
            return not avoided and not (finding.target and finding.target in made and _given_up(case, finding.target))

        kept.append(
            (
                key,
                [
                    replace(one, findings=tuple(found for found in one.findings if counts(found, one.rendered.case)))
                    for one in verdicts
                ],
            )
        )
    return kept


def _avoidable(verdicts: Sequence[Verdict]) -> frozenset[_Key]:
    """The findings that some render is without, although it has the object and the container."""
    about: defaultdict[About, set[_Key]] = defaultdict(set)
    for verdict in verdicts:
        for finding in verdict.findings:
            about[finding.about].add(_key(finding))
    free: set[_Key] = set()
    for verdict in verdicts:
        here = {_key(finding) for finding in verdict.findings}
        for obj in verdict.rendered.release:
            free |= {key for key in about.get(obj.about, set()) - here - free if _has_container(obj, key[2])}
    return frozenset(free)


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.about, finding.where


def _has_container(obj: KubeObject, where: str) -> bool:
    named = _CONTAINER.search(where)
    if named:
        return any(container.name == named[1] for container in obj.sound_containers)
    place = container_in(where)
    return not place or any(container.path.endswith(place) for container in obj.sound_containers)


def _names(case: Case, finding: Finding) -> bool:
    """Whether the case's values set the field at fault, or switch off a part on the way to it."""
    fields = re.findall(r"[A-Za-z]+", finding.where)
    # checkov names some policies by their title alone.
    said = [*fields, *re.findall(r"[A-Za-z]+", finding.what)]
    parts = [word.lower() for word in said if len(word) > SHORTEST_PART]

    def is_part(key: str) -> bool:
        return any(part in key.lower() for part in parts)

    return any(
        path[-1] in fields or (path[-1] == "enabled" and len(path) > 1 and is_part(path[-2]))
        for path, _ in _leaves(case.values)
    )


def _given_up(case: Case, target: About) -> bool:
    """Whether the case's values say that the chart does not make an object of that kind."""
    kind = target.kind.lower()
    return any(
        _MAKES.match(path[-1]) or (path[-1] == "enabled" and kind.startswith(path[-2].lower().removesuffix("s") or "?"))
        for path, value in _leaves(case.values)
        if value is False and len(path) > 1
    )


@lru_cache(maxsize=1024)
def _leaves(texts: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    """The paths of a case's values, without indices, and what stands there."""
    return [(names, node) for text in texts for names, node in _read(text) if names]


def _read(text: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    try:
        values = read_one(text)
    except yaml.YAMLError:
        return  # Helm reports it
    for path, node in walk(values):
        if not (isinstance(node, dict | list) and node):
            yield tuple(step for step in path if isinstance(step, str)), node
