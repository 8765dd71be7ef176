"""One render of a case for the commands that show objects rather than check them."""

from pathlib import Path

from chartgate.releases.release import Release
from chartgate.releases.render import render
from chartgate.tools.helm import find_helm
from chartgate.tools.schemas import minor_version
from chartgate.values.case import Case
from chartgate.values.settings import Settings


def rendered_with(chart: Path, case: Case, settings: Settings, *, cached: bool = True) -> Release:
    """The case by the Helm and for the Kubernetes that it binds, else the last that the settings name.

    Args:
        cached: False renders anew, so that what the chart generates differs.

    Raises:
        RenderError: Helm refuses the case.
        GateError: the Helm cannot be had.
    """
    return render(
        chart,
        helm=find_helm(case.helm or settings.helm[-1]),
        values=case.values,
        sets=case.sets,
        release=case.release,
        namespace=case.namespace,
        kube_version=minor_version(case.kubernetes or settings.kubernetes[-1]),
        api_versions=(*settings.api_versions, *case.api_versions),
        cached=cached,
    )
