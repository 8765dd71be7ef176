"""Texts with a format, and sizes. Each rule names its function in kubernetes/kubernetes."""

import base64
import binascii
import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from chartgate.findings.api_server.fault import Fault, containers, places
from chartgate.releases.objects import KubeObject
from chartgate.tools.catalogue import version_key

LARGEST = 1024 * 1024
"""Bytes of a ConfigMap's or Secret's data (core.MaxSecretSize)."""
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_OLD_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_NEW_ENV_NAME = re.compile(r"[ -<>-~]+")
# Since then any printable ASCII but = is allowed (KEP-4369, on by default).
ANY_ENV_NAME = (1, 32)


def judge(obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    """A fault for each text of the wrong format, and for data above 1 MiB."""
    form = _NEW_ENV_NAME if version_key(kube_version) >= ANY_ENV_NAME else _OLD_ENV_NAME
    for path, container in containers(obj):
        for where, name in places(container, "env[].name", path):
            # validateEnvVarName
            if not form.fullmatch(str(name)):
                before = "" if form is _NEW_ENV_NAME or not _NEW_ENV_NAME.fullmatch(str(name)) else " before 1.32"
                what = f'"{name}" is not a valid name of an environment variable{before}'
                yield Fault("format", where, name, what)
        for where, mount in places(container, "volumeMounts[].mountPath", path):
            if not mount:
                yield Fault("required", where, mount, "is empty, and must be a path")
    rules = _RULES.get(obj.kind)
    if rules is not None:
        yield from rules(obj)


def _data(obj: KubeObject) -> Iterator[Fault]:
    """ValidateConfigMap, ValidateSecret, IsConfigMapKey."""
    size = 0
    encoded = "data" if obj.kind == "Secret" else "binaryData"
    for part in ("data", "stringData", "binaryData"):
        entries = obj.manifest.get(part)
        for key, value in entries.items() if isinstance(entries, Mapping) else ():
            if not _KEY.fullmatch(str(key)) or str(key) in {".", ".."} or str(key).startswith(".."):
                what = f'"{key}" is not a valid key: only letters, digits, -, _ and . are allowed'
                yield Fault("format", f"{part}.{key}", key, what)
            if part != encoded:
                size += len(str(value).encode())
                continue
            try:
                size += len(base64.b64decode("".join(str(value or "").split()), validate=True))
            except (binascii.Error, ValueError):
                yield Fault("format", f"{part}.{key}", key, "is not base64")
    if size > LARGEST:
        yield Fault("size", "data", size, f"has {size} bytes, and at most {LARGEST} are allowed")


def _service(obj: KubeObject) -> Iterator[Fault]:
    """ValidateService: the address is None, absent, or an IP address."""
    address = obj.spec.get("clusterIP")
    if address not in (None, "", "None") and not _is(ipaddress.ip_address, address):
        what = f'is "{address}", and must be None, empty or an IP address'
        yield Fault("format", "spec.clusterIP", address, what)
    for where, block in places(obj.spec, "loadBalancerSourceRanges[]", "spec"):
        yield from _cidr(where, block)


def _ingress(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: validateIngressRules, validateHTTPIngressPath."""
    for where, host in places(obj.spec, "rules[].host", "spec"):
        if host and (len(str(host)) > 253 or not _HOST.fullmatch(str(host)) or _ADDRESS.fullmatch(str(host))):
            what = f'"{host}" is not a DNS name in lower case: no scheme, port, path or IP address'
            yield Fault("format", where, host, what)
    for where, path in places(obj.spec, "rules[].http.paths[]", "spec"):
        if path.get("pathType") in {"Exact", "Prefix"} and not str(path.get("path") or "").startswith("/"):
            yield Fault(
                "format", f"{where}.path", path.get("path"), f'is "{path.get("path") or ""}", and must start with /'
            )


def _network_policy(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateIPBlock."""
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for where, block in places(obj.spec, f"{way}[].{peers}[].ipBlock.cidr", "spec"):
            yield from _cidr(where, block)
        for where, block in places(obj.spec, f"{way}[].{peers}[].ipBlock.except[]", "spec"):
            yield from _cidr(where, block)


def _cidr(where: str, block: Any) -> Iterator[Fault]:
    if "/" not in str(block) or not _is(lambda text: ipaddress.ip_network(text, strict=False), block):
        yield Fault("format", where, block, f'"{block}" is not a range of addresses, such as 10.0.0.0/8')


def _is(read: Callable[[str], object], text: object) -> bool:
    try:
        read(str(text))
    except ValueError:
        return False
    return True


def _disruption_budget(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/policy/validation: ValidatePositiveIntOrPercent, IsNotMoreThan100Percent."""
    for field in ("minAvailable", "maxUnavailable"):
        for where, value in places(obj.spec, field, "spec"):
            yield from amount(where, value)


def _deployment(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/apps/validation: ValidateRollingUpdateDeployment."""
    both = []
    for field in ("maxSurge", "maxUnavailable"):
        for where, value in places(obj.spec, f"strategy.rollingUpdate.{field}", "spec"):
            yield from amount(where, value, limited=field == "maxUnavailable")
            both.append(value)
    if len(both) == 2 and all(value in (0, "0%") for value in both):
        what = "has maxSurge 0 and maxUnavailable 0, so that no pod could be replaced"
        yield Fault("exclusive", "spec.strategy.rollingUpdate", both, what)


def amount(where: str, value: Any, *, limited: bool = True) -> Iterator[Fault]:
    """A fault where a value is neither a number of pods nor a percentage, up to 100 % where `limited`."""
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)%", value)
        if not found or (limited and int(found[1]) > 100):
            yield Fault("range", where, value, f'is "{value}", and must be a number, or a percentage such as 50%')
    elif isinstance(value, int) and value < 0:
        yield Fault("range", where, value, f"is {value}, and must be at least 0")


def _daemon_set(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/apps/validation: ValidateRollingUpdateDaemonSet."""
    for field in ("maxSurge", "maxUnavailable"):
        for where, value in places(obj.spec, f"updateStrategy.rollingUpdate.{field}", "spec"):
            yield from amount(where, value)


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


_RULES = {
    "ConfigMap": _data,
    "Secret": _data,
    "Service": _service,
    "Ingress": _ingress,
    "NetworkPolicy": _network_policy,
    "PodDisruptionBudget": _disruption_budget,
    "Deployment": _deployment,
    "DaemonSet": _daemon_set,
    "CronJob": _cron_job,
}
