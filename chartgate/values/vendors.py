"""Versions as managed clusters and distributions name theirs, which templates compare and parse in their own ways."""

import re
from collections.abc import Sequence

from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import minor_version
from chartgate.tools.version_ranges import in_range
from chartgate.values.case import Case
from chartgate.values.chart import Chart

BUILDS = ("-eks-1a2b3c4", "-gke.1000000", "+k3s1")
"""What Amazon EKS, Google GKE and K3s add to a version. With a hyphen it is a pre-release in SemVer."""
_ASKS = re.compile(r"KubeVersion|semverCompare")


def vendor_cases(chart: Chart, kubernetes: Sequence[str]) -> list[Case]:
    """The defaults on the newest of these Kubernetes versions, as each vendor names it.

    None where no template asks for the version. Where Chart.yaml refuses a version, the check of the chart's files says
    so.
    """
    if not any(_ASKS.search(text) for text in chart.files.template_texts):
        return []
    newest = max(map(minor_version, kubernetes), key=version_key)
    settings = chart.settings
    return [
        Case(
            f"kubernetes/v{version}",
            f"the defaults on Kubernetes v{version}",
            release=settings.release,
            namespace=settings.namespace,
            kubernetes=version,
        )
        for version in (f"{newest}.1{build}" for build in BUILDS)
        if _allows(chart.files.kube_version, version)
    ]


def _allows(wanted: str, version: str) -> bool:
    try:
        return not wanted or in_range(version, wanted)
    except ValueError:
        return False  # Helm refuses the chart with its own words
