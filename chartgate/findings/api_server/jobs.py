"""Jobs and CronJobs. Each rule names its function in Kubernetes."""

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.releases.objects import EMPTY, KubeObject


def _job(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/batch/validation: validateJobSpec, validatePodFailurePolicy."""
    spec = obj.spec
    indexed = spec.get("completionMode") == "Indexed"
    if indexed and spec.get("completions") is None:
        yield Fault("required", "spec.completions", None, "is missing, and completionMode Indexed needs it")
    for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
        if spec.get(field) is not None and not indexed:
            yield Fault("exclusive", f"spec.{field}", spec[field], "is set, and needs completionMode Indexed")
    failed, per_index = spec.get("maxFailedIndexes"), spec.get("backoffLimitPerIndex")
    if failed is not None and per_index is None:
        yield Fault("required", "spec.backoffLimitPerIndex", None, "is missing, and maxFailedIndexes needs it")
    completions = spec.get("completions")
    if isinstance(failed, int) and isinstance(completions, int) and failed > completions:
        yield Fault("range", "spec.maxFailedIndexes", failed, f"is {failed}, and completions is {completions}")
    policy = spec.get("podFailurePolicy")
    if policy and (obj.pod_spec or EMPTY).get("restartPolicy") != "Never":
        yield Fault("exclusive", "spec.podFailurePolicy", policy, "is set, and needs restartPolicy Never")
    if policy and (spec.get("podReplacementPolicy") or "Failed") != "Failed":
        what = "must be Failed where podFailurePolicy is set"
        yield Fault("exclusive", "spec.podReplacementPolicy", spec["podReplacementPolicy"], what)
    names = {container.name for container in obj.containers}
    for where, rule in places(spec, "podFailurePolicy.rules[]", "spec"):
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
        if bool(codes) == bool(conditions):
            yield Fault("exclusive", where, rule, "must have exactly one of onExitCodes and onPodConditions")
        if rule.get("action") == "FailIndex" and per_index is None:
            yield Fault("exclusive", f"{where}.action", "FailIndex", "is FailIndex, and needs backoffLimitPerIndex")
        if codes:
            yield from _exit_codes(codes, f"{where}.onExitCodes", names)


def _exit_codes(codes: Mapping[str, Any], where: str, names: set[str]) -> Iterator[Fault]:
    """validatePodFailurePolicyRuleOnExitCodes."""
    values = codes.get("values") or []
    if not values:
        yield Fault("required", f"{where}.values", values, "is empty, and must have a value")
    if 0 in values and codes.get("operator") == "In":
        yield Fault("range", f"{where}.values", values, "has 0, which the operator In may not have")
    if len(set(values)) < len(values):
        yield Fault("repeated", f"{where}.values", values, "has a value twice")
    if values != sorted(values):
        yield Fault("range", f"{where}.values", values, "is not in ascending order")
    name = codes.get("containerName")
    if name is not None and name not in names:
        yield Fault("format", f"{where}.containerName", name, f'is "{name}", and no container has this name')


_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
# Minute, hour, day of month, month, day of week: the least number, the greatest one, and names.
_CRON: tuple[tuple[int, int, list[str]], ...] = (
    (0, 59, []),
    (0, 23, []),
    (1, 31, []),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_EVERY = re.compile(r"@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+")
_NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})


def _cron_job(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/batch/validation: validateScheduleFormat, validateTimeZone."""
    schedule = obj.spec.get("schedule")
    if isinstance(schedule, str) and not is_schedule(schedule):
        yield Fault("format", "spec.schedule", schedule, f'"{schedule}" is not a schedule of five fields')
    zone = obj.spec.get("timeZone")
    if isinstance(zone, str) and _zones() and zone not in _zones():
        yield Fault("format", "spec.timeZone", zone, f'"{zone}" is not a name of the time zone database')


@cache
def _zones() -> frozenset[str]:
    """The names of the time zone database; empty on a machine that has none, where no name is judged."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules"})


def is_schedule(text: str) -> bool:
    """Whether robfig/cron's ParseStandard takes a text.

    >>> is_schedule("*/5 0 * jan-mar MON,WED"), is_schedule("@daily"), is_schedule("every day")
    (True, True, False)
    """
    text = re.sub(r"^(CRON_)?TZ=\S+\s+", "", text)
    fields = text.split()
    if text.startswith("@"):
        return text in _NAMED or bool(_EVERY.fullmatch(text))
    return len(fields) == len(_CRON) and all(
        _is_cron_part(part, *bounds) for field, bounds in zip(fields, _CRON, strict=True) for part in field.split(",")
    )


def _is_cron_part(part: str, least: int, greatest: int, names: list[str]) -> bool:
    span, _, step = part.partition("/")
    if "/" in part and not (step.isdecimal() and int(step) > 0):
        return False
    if span in {"*", "?"}:
        return True
    offset = 1 if names is _MONTHS else 0
    numbers = [
        names.index(bound.upper()) + offset if bound.upper() in names else int(bound) if bound.isdecimal() else -1
        for bound in span.split("-")
    ]
    return len(numbers) <= 2 and numbers == sorted(numbers) and all(least <= number <= greatest for number in numbers)


RULES: Rules = {"Job": (_job,), "CronJob": (_cron_job,)}
