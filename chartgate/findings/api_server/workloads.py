"""Deployments, StatefulSets, DaemonSets and their disruption budgets. Each rule names its function in Kubernetes.

Functions without a package are in pkg/apis/apps/validation.
"""

import re
from collections.abc import Iterator
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.findings.api_server.storage import claim_spec
from chartgate.releases.objects import EMPTY, KubeObject

_NO_REPLACEMENT = "has maxSurge 0 and maxUnavailable 0, so that no pod could be replaced"


def _workload(obj: KubeObject) -> Iterator[Fault]:
    """ValidateDeploymentSpec, ValidateDaemonSetSpec, ValidateStatefulSetSpec: what holds for all three."""
    selector = obj.spec.get("selector") or EMPTY
    if not (selector.get("matchLabels") or selector.get("matchExpressions")):
        yield Fault("required", "spec.selector", selector, "is empty, and must select the pods of the template")
    if (obj.pod_spec or EMPTY).get("activeDeadlineSeconds") is not None:
        where = f"{obj.pod_path}.activeDeadlineSeconds"
        yield Fault("exclusive", where, "", f"is set, and a {obj.kind} may not have it")


def _deployment(obj: KubeObject) -> Iterator[Fault]:
    """ValidateDeploymentStrategy, ValidateRollingUpdateDeployment."""
    yield from _no_rolling_update(obj, "strategy", "Recreate")
    both = []
    for field in ("maxSurge", "maxUnavailable"):
        for where, value in places(obj.spec, f"strategy.rollingUpdate.{field}", "spec"):
            yield from _amount(where, value, limited=field == "maxUnavailable")
            both.append(value)
    if len(both) == 2 and all(value in (0, "0%") for value in both):
        yield Fault("exclusive", "spec.strategy.rollingUpdate", both, _NO_REPLACEMENT)


def _no_rolling_update(obj: KubeObject, field: str, kind: str) -> Iterator[Fault]:
    strategy = obj.spec.get(field) or EMPTY
    if strategy.get("type") == kind and strategy.get("rollingUpdate") is not None:
        what = f"is set, and the type is {kind}"
        yield Fault("exclusive", f"spec.{field}.rollingUpdate", strategy["rollingUpdate"], what)


def _daemon_set(obj: KubeObject) -> Iterator[Fault]:
    """ValidateDaemonSetUpdateStrategy, ValidateRollingUpdateDaemonSet."""
    for field in ("maxSurge", "maxUnavailable"):
        for where, value in places(obj.spec, f"updateStrategy.rollingUpdate.{field}", "spec"):
            yield from _amount(where, value)
    strategy = obj.spec.get("updateStrategy") or EMPTY
    if strategy.get("type") == "OnDelete":
        return
    rolling = strategy.get("rollingUpdate") or EMPTY
    surge, gone = (rolling.get(field) not in (None, 0, "0%") for field in ("maxSurge", "maxUnavailable"))
    if surge and gone:
        what = "has maxSurge and maxUnavailable, and one of them must be 0"
        yield Fault("exclusive", "spec.updateStrategy.rollingUpdate", rolling, what)
    if not surge and rolling.get("maxUnavailable") in (0, "0%"):
        yield Fault("exclusive", "spec.updateStrategy.rollingUpdate", rolling, _NO_REPLACEMENT)


def _stateful_set(obj: KubeObject) -> Iterator[Fault]:
    """ValidateStatefulSetSpec, ValidatePersistentVolumeClaimTemplateSpec."""
    yield from _no_rolling_update(obj, "updateStrategy", "OnDelete")
    for where, claim in places(obj.manifest, "spec.volumeClaimTemplates[]"):
        if not (claim.get("metadata") or EMPTY).get("name"):
            yield Fault("required", f"{where}.metadata.name", "", "is empty, and a claim must have it")
        yield from claim_spec(f"{where}.spec", claim.get("spec") or EMPTY)


def _disruption_budget(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/policy/validation: ValidatePodDisruptionBudgetSpec, ValidatePositiveIntOrPercent."""
    if obj.spec.get("minAvailable") is not None and obj.spec.get("maxUnavailable") is not None:
        yield Fault("exclusive", "spec", obj.spec, "has minAvailable and maxUnavailable, and must have one of them")
    for field in ("minAvailable", "maxUnavailable"):
        for where, value in places(obj.spec, field, "spec"):
            yield from _amount(where, value)


def _amount(where: str, value: Any, *, limited: bool = True) -> Iterator[Fault]:
    """A fault where a value is neither a number of pods nor a percentage, up to 100 % where `limited`."""
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)%", value)
        if not found or (limited and int(found[1]) > 100):
            yield Fault("range", where, value, f'is "{value}", and must be a number, or a percentage such as 50%')
    elif isinstance(value, int) and value < 0:
        yield Fault("range", where, value, f"is {value}, and must be at least 0")


RULES: Rules = {
    "Deployment": (_workload, _deployment),
    "DaemonSet": (_workload, _daemon_set),
    "StatefulSet": (_workload, _stateful_set),
    "PodDisruptionBudget": (_disruption_budget,),
}
