"""Parts of single kinds that are required, that exclude each other, or that need a format."""

from collections.abc import Iterator

from chartgate.findings.api_server import (
    access,
    autoscaling,
    configuration,
    extensions,
    jobs,
    namespaces,
    networking,
    services,
    storage,
    workloads,
)
from chartgate.findings.api_server.fault import Fault
from chartgate.releases.objects import KubeObject

_SUBJECTS = (
    *(workloads, jobs, autoscaling, services, networking),
    *(storage, configuration, access, namespaces, extensions),
)


def judge(obj: KubeObject) -> Iterator[Fault]:
    """Faults that only objects of the object's kind can have."""
    for subject in _SUBJECTS:
        for rule in subject.RULES.get(obj.kind, ()):
            yield from rule(obj)
