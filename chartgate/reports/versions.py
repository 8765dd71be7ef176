"""What a report was made with: versions of the gate, of the libraries that judge, of Helm and of Kubernetes."""

import platform
from collections.abc import Sequence

from chartgate.releases.release import Release
from chartgate.tools.catalogue import version_key
from chartgate.tools.fingerprint import installed_version

LIBRARIES = ("chartgate", "checkov", "jsonschema-rs", "pyyaml")


def tool_versions(releases: Sequence[Release]) -> dict[str, list[str]]:
    """Versions by name, oldest first; Helm's and Kubernetes' are those of the releases. A library that is not installed
    has no entry.
    """
    installed = ((name, installed_version(name)) for name in LIBRARIES)
    versions = {name: [version] for name, version in installed if version}
    versions["python"] = [platform.python_version()]
    versions["helm"] = sorted({release.helm_version for release in releases}, key=_order)
    versions["kubernetes"] = sorted({release.kube_version for release in releases}, key=_order)
    return versions


def _order(version: str) -> tuple[tuple[int, ...], str]:
    """Engines that are no Helm program may carry more than digits in their version."""
    digits = version.partition("-")[0].rpartition(" ")[2]
    return (version_key(digits) if digits.replace(".", "").isdigit() else (), version)
