"""What `.Capabilities.APIVersions` has on a cluster of each Kubernetes version.

Run as a program (`make generate`) it writes `served_api_versions.json` from `served_kinds.json`.
"""

import json
from functools import cache
from importlib.resources import files

from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import known_versions, minor_version
from chartgate.tools.served_kinds import served_kinds, spans_of

FILE = files(__package__).joinpath("served_api_versions.json")
_NO_RESOURCES = frozenset({"Status", "DeleteOptions", "WatchEvent"})
_LAST_WITH_BETAS = (1, 23)


@cache
def served_api_versions(version: str) -> tuple[str, ...]:
    """What a Kubernetes version serves by default: "policy/v1", "policy/v1/PodDisruptionBudget" and so on, sorted.

    Empty for a Kubernetes version that the catalogue does not have.

    Raises:
        GateError: `version` is not a Kubernetes version.
    """
    minor = version_key(minor_version(version))
    spans = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(api for api, (oldest, newest) in spans.items() if version_key(oldest) <= minor <= version_key(newest))


@cache
def served_by_any() -> frozenset[str]:
    """What any Kubernetes version of the catalogue serves by default."""
    return frozenset(json.loads(FILE.read_text(encoding="utf-8")))


def document() -> str:
    """The text of the file: the oldest and the newest Kubernetes version that serves each API version and kind."""
    served: dict[str, list[str]] = {}
    for version in known_versions():
        for api in _served(version):
            served.setdefault(api, []).append(version)
    return spans_of(served)


def _served(version: str) -> set[str]:
    kinds = {
        (api, kind)
        for api, kind in served_kinds(version)
        if kind not in _NO_RESOURCES and not kind.endswith("List") and _served_by_default(api, kind)
    }
    return {api for api, _ in kinds} | {f"{api}/{kind}" for api, kind in kinds}


def _served_by_default(api_version: str, kind: str) -> bool:
    """Whether a cluster serves what the OpenAPI of its version lists.

    It does not serve alpha versions, nor beta versions of kinds that came with Kubernetes 1.24 or later.

    Source: KEP-3136, Beta APIs Are Off by Default.
    """
    if "beta" not in api_version:
        return "alpha" not in api_version
    # The one beta version that was on by default when it came later: its kinds had been on before.
    if api_version.startswith("flowcontrol.apiserver.k8s.io/"):
        return True
    early = [version for version in known_versions() if version_key(version) <= _LAST_WITH_BETAS]
    return any((api_version, kind) in served_kinds(version) for version in early)


if __name__ == "__main__":
    from pathlib import Path

    Path(str(FILE)).write_text(document(), encoding="utf-8")
