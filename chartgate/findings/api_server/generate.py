"""`words.json`: the fields that take a few words only, of every kind in the Go module k8s.io/api.

Run as a program (`make generate`) it writes the table; with `--check` it only says whether the table is up to date. The
module is pinned in the catalogue. What is read of it is kept in the cache, so that only the first run downloads it.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from chartgate.tools.archives import members
from chartgate.tools.cache import cache_folder, write_whole
from chartgate.tools.catalogue import catalogue
from chartgate.tools.download import fetch_module
from chartgate.tools.go_types import GoType, read_types

FILE = files(__package__).joinpath("words.json")
META = "k8s.io/apimachinery/pkg/apis/meta/v1"
FORM = 1
"""Version of what is kept in the cache: an older one is not read."""

# Types that are validated as an enum without a marker, and the function of kubernetes/kubernetes that does it.
UNMARKED: Mapping[str, str] = {
    "core/v1.OSName": "pkg/apis/core/validation: validateOS",
    "core/v1.RecursiveReadOnlyMode": "pkg/apis/core/validation: validateMountRecursiveReadOnly",
    "core/v1.ResourceResizeRestartPolicy": "pkg/apis/core/validation: validateResizePolicy",
    "core/v1.PodSELinuxChangePolicy": "pkg/apis/core/validation: validatePodSpecSecurityContext",
    "core/v1.ContainerRestartRuleAction": "pkg/apis/core/validation: validateContainerRestartRule",
    "apps/v1.PersistentVolumeClaimRetentionPolicyType": "pkg/apis/apps/validation: the function of this name",
    "autoscaling/v2.ScalingPolicySelect": "pkg/apis/autoscaling/validation: validateScalingRules",
    "autoscaling/v2.HPAScalingPolicyType": "pkg/apis/autoscaling/validation: validateScalingPolicy",
    "autoscaling/v2.MetricSourceType": "pkg/apis/autoscaling/validation: validateMetricSpec",
    "autoscaling/v2.MetricTargetType": "pkg/apis/autoscaling/validation: validateMetricTarget",
    "storage/v1.FSGroupPolicy": "pkg/apis/storage/validation: validateFSGroupPolicy",
    "storage/v1.VolumeLifecycleMode": "pkg/apis/storage/validation: validateVolumeLifecycleModes",
    "admissionregistration/v1.ParameterNotFoundActionType": "pkg/apis/admissionregistration/validation",
}
# Types of fields that belong to alpha features: an API server drops them unread.
OFF_BY_DEFAULT = frozenset({"core/v1.GRPCProbeMode", "core/v1.HTTPProtocol", "core/v1.Signal"})

# Types whose fields have no default, so that an empty word is refused.
NEVER_EMPTY = frozenset(
    {
        *("core/v1.NodeSelectorOperator", "core/v1.SeccompProfileType", "batch/v1.PodFailurePolicyAction"),
        *("batch/v1.PodFailurePolicyOnExitCodesOperator", "autoscaling/v2.MetricSourceType", "core/v1.IPFamily"),
        *("autoscaling/v2.MetricTargetType", "autoscaling/v2.HPAScalingPolicyType"),
    }
)

Table = Mapping[str, Mapping[str, list[str] | str]]


def document() -> str:
    """The text of the file."""
    module = catalogue().kubernetes_api
    kinds, table = _reduced(_sources())
    lines = [
        "{",
        f' "module": {json.dumps(f"{module.name} {module.version}")},',
        ' "kinds": {',
        ",\n".join(f"  {json.dumps(kind)}: {json.dumps(name)}" for kind, name in sorted(kinds.items())),
        " },",
        ' "types": {',
        ",\n".join(f"  {json.dumps(name)}: {json.dumps(fields)}" for name, fields in sorted(table.items())),
        " }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _sources() -> dict[str, str]:
    """The files types.go and register.go of the module, by their path in it."""
    module = catalogue().kubernetes_api
    path = cache_folder("go-sources") / f"{module.name.replace('/', '_')}-{module.version}-{FORM}.json"
    if not path.exists():
        prefix = f"{module.name}@{module.version}/"
        archive = fetch_module(module)
        found = {
            name.removeprefix(prefix): content.decode()
            for pattern in ("types.go", "register.go")
            for name, content in members(archive, f"{prefix}*/{pattern}")
        }
        write_whole(path, json.dumps(found).encode())
    sources: dict[str, str] = json.loads(path.read_bytes())
    return sources


def _reduced(sources: Mapping[str, str]) -> tuple[dict[str, str], dict[str, dict[str, list[str] | str]]]:
    """The type of each kind, and of each type the fields that take words or lead to such fields."""
    module = catalogue().kubernetes_api.name
    types: dict[str, GoType] = {}
    groups: dict[str, str] = {}
    for path, source in sources.items():
        package, _, name = path.rpartition("/")
        if name == "types.go":
            found = read_types(source, f"{module}/{package}")
            types |= {name.removeprefix(f"{module}/"): one for name, one in found.items()}
        elif group := re.search(r'GroupName = "([^"]*)"', source):
            groups[package] = group[1]
    words = {name: one.constants for name, one in types.items() if _is_enum(name, one)}
    spelled = {name: _fields(types, name, module) for name, one in types.items() if one.base == "struct"}
    useful = _leading_to(spelled, words)
    table = {
        name: {
            key: _words(kind, words[kind], wrapped=key in types[name].wrapped) if kind in words else kind
            for key, kind in fields.items()
            if (kind in words or kind in useful) and key != "status"
        }
        for name, fields in spelled.items()
        if name in useful
    }
    kinds = {
        f"{'/'.join(filter(None, (groups[package], package.rpartition('/')[2])))} {kind}": name
        for name in table
        for package, _, kind in [name.rpartition(".")]
        if package in groups and _is_kind(types[name])
    }
    reached = _reached(table, kinds.values())
    return kinds, {name: fields for name, fields in table.items() if name in reached}


def _words(kind: str, words: list[str], *, wrapped: bool) -> list[str]:
    """The words of a field. An empty one stands for the default, but not of a pointer or in a list."""
    if kind in NEVER_EMPTY:
        return [word for word in words if word]
    return words if wrapped else list(dict.fromkeys(["", *words]))


def _is_kind(one: GoType) -> bool:
    """Whether a struct is an object, and no list of objects."""
    return ("", f"{META}.TypeMeta") in one.fields and "items" not in dict(one.fields)


def _is_enum(name: str, one: GoType) -> bool:
    marked = any(marker == "enum" or marker.endswith("k8s:enum") for marker in one.markers)
    return bool(one.constants) and name not in OFF_BY_DEFAULT and (marked or name in UNMARKED)


def _fields(types: Mapping[str, GoType], name: str, module: str) -> dict[str, str]:
    """The type of each JSON field of a struct, those of embedded structs included."""
    found: dict[str, str] = {}
    for key, kind in types[name].fields:
        kind = kind.removeprefix(f"{module}/")
        if key:
            found[key] = _base(types, kind, module)
        elif kind in types:
            found |= _fields(types, kind, module)
    return found


def _base(types: Mapping[str, GoType], name: str, module: str) -> str:
    """The type that another name stands for; a type that has constants of its own stands for itself."""
    while name in types and not types[name].constants and types[name].base not in {"struct", "string"}:
        name = types[name].base.removeprefix(f"{module}/")
    return name


def _leading_to(spelled: Mapping[str, Mapping[str, str]], words: Mapping[str, object]) -> set[str]:
    """The structs that have a field with words, or a field of such a struct."""
    useful: set[str] = set()
    while True:
        more = {
            name
            for name, fields in spelled.items()
            if name not in useful and any(kind in words or kind in useful for kind in fields.values())
        }
        if not more:
            return useful
        useful |= more


def _reached(table: Table, starts: Iterable[str]) -> set[str]:
    """The types in the table that the types `starts` lead to, and these."""
    found = set(starts)
    needed = list(found)
    while needed:
        further = {kind for kind in table[needed.pop()].values() if isinstance(kind, str)} - found
        needed += further
        found |= further
    return found


if __name__ == "__main__":
    path = Path(str(FILE))
    if "--check" in sys.argv:
        sys.exit(0 if path.read_text(encoding="utf-8") == document() else f"{path} is not up to date")
    path.write_text(document(), encoding="utf-8")
