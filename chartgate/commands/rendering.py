"""One render of a case for the commands that show objects rather than check them."""

from chartgate.releases.jobs import Job, render_case
from chartgate.releases.release import Release
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.engines import default_engine, find_engine
from chartgate.tools.schemas import minor_version
from chartgate.values.case import Case
from chartgate.values.selection import Choice
from chartgate.values.settings import Settings


def rendered_with(chart: ChartFiles, case: Case, settings: Settings, choice: Choice, *, cached: bool = True) -> Release:
    """The case by the Helm and for the Kubernetes that it binds, else by the last that the user chose, else by Helm's
    library for the last Kubernetes of the settings.

    Args:
        cached: False renders anew, so that what the chart generates differs.

    Raises:
        RenderError: Helm refuses the case.
        GateError: the Helm cannot be had.
    """
    spec = case.helm or next(reversed(choice.helm), "")
    helm = find_engine(spec) if spec else default_engine(settings.helm)
    version = minor_version(case.kubernetes or settings.kubernetes[-1])
    return render_case(chart, Job(case, helm, version), settings.api_versions, cached=cached)
