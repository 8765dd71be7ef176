"""The check itself: every rule about references, over each distinct release once."""

from collections.abc import Sequence

from chartgate.findings.finding import Check, Finding, Verdict, guarded
from chartgate.findings.given import given
from chartgate.findings.references import names, pods, routes, selectors
from chartgate.findings.references.surroundings import KEY, Surroundings
from chartgate.releases.rendered import Rendered


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each release as a whole, since a reference says something about two objects."""
    known: dict[tuple[str, frozenset[str], tuple[str, ...]], tuple[Finding, ...]] = {}
    verdicts = []
    for rendered in renders:
        surroundings = Surroundings(rendered.release, rendered.case.named_objects(), given(rendered.case))
        key = (rendered.release.digest, surroundings.outside, rendered.case.values)
        if key not in known:
            known[key] = tuple(
                found
                for rules in (names, pods, selectors, routes)
                for found in guarded(KEY, "release", rules.examine, surroundings)
            )
        verdicts.append(Verdict(rendered, len(rendered.release), known[key]))
    return verdicts


RULES = {
    "missing": "an object refers to one that the chart does not make and its values do not name",
    "missing-key": "a reference names a key that the Secret or ConfigMap does not have",
    "duplicate": "one object is made twice",
    "no-volume": "a container mounts a volume that its pod does not have",
    "unused-volume": "a pod has a volume that no container mounts",
    "selector": "a selector finds no pod, or not those of its own workload",
    "selector-overlap": "a selector finds the pods of another workload as well",
    "port": "a Service, route or monitor leads to a port that is not there",
}

CHECK = Check(
    key=KEY,
    title="References between objects",
    why="Kubernetes accepts a name, key, port or selector that leads nowhere; the pod then never starts or serves.",
    remedy="make both ends from one helper",
    source="Kubernetes API reference; Gateway API; Prometheus Operator API",
    examine=examine,
    rules=RULES,
)
