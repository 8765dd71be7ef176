"""What a report was made with: versions of the gate, of the libraries that judge, of Helm and of Kubernetes."""

import importlib.metadata
import platform
from collections.abc import Sequence

from chartgate.releases.release import Release
from chartgate.tools.catalogue import version_key

LIBRARIES = ("chartgate", "checkov", "jsonschema-rs", "pyyaml")


def tool_versions(releases: Sequence[Release]) -> dict[str, list[str]]:
    """Versions by name, oldest first; Helm's and Kubernetes' are those of the releases."""
    versions = {name: [importlib.metadata.version(name)] for name in LIBRARIES}
    versions["python"] = [platform.python_version()]
    versions["helm"] = sorted({release.helm_version for release in releases}, key=_order)
    versions["kubernetes"] = sorted({release.kube_version for release in releases}, key=_order)
    return versions


def _order(version: str) -> tuple[tuple[int, ...], str]:
    """Engines that are no Helm program may carry more than digits in their version."""
    digits = version.partition("-")[0].rpartition(" ")[2]
    return (version_key(digits) if digits.replace(".", "").isdigit() else (), version)
