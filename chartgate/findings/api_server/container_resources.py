"""The resources of containers: quantities, of which no request is above its limit."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from chartgate.findings.api_server.fault import Fault, containers
from chartgate.findings.forms import AMOUNT, is_qualified_name
from chartgate.releases.objects import KubeObject
from chartgate.tools.quantities import quantity


def judge(obj: KubeObject) -> Iterator[Fault]:
    """Faults of the resources of an object's containers."""
    for path, container in containers(obj):
        yield from _resources(path, container)


def _resources(path: str, container: Mapping[str, Any]) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateContainerResourceRequirements."""
    resources = container.get("resources")
    if not isinstance(resources, Mapping):
        return
    amounts: dict[tuple[str, str], Decimal] = {}
    for part in ("limits", "requests"):
        for name, value in (resources.get(part) or {}).items():
            where = f"{path}.resources.{part}[{name}]"
            amount = quantity(value)
            if amount is None or amount < 0:
                yield Fault("format", where, value, f'is "{value}", and must be {AMOUNT.what}')
            elif not is_qualified_name(str(name)):
                yield Fault("format", where, name, f'"{name}" is not the name of a resource')
            else:
                amounts[part, name] = amount
    for (part, name), amount in amounts.items():
        limit = amounts.get(("limits", name))
        if part == "requests" and limit is not None and amount > limit:
            value, most = resources["requests"][name], resources["limits"][name]
            yield Fault("range", f"{path}.resources.requests[{name}]", value, f"is {value}, and the limit is {most}")
