"""The API versions that a chart's templates ask the cluster about: what depends on the answer is rendered too."""

import re

from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.served_api_versions import served_by_any
from chartgate.values.case import Case

_QUESTION = re.compile(r"""APIVersions\.Has\s+\(?\s*["`]([^"`]+)["`]""")


def apis_in_templates(files: ChartFiles) -> list[str]:
    """The API versions and kinds that templates name in `.Capabilities.APIVersions.Has "…"`, sorted.

    Those of unpacked subcharts are among them; those that Kubernetes itself serves are not, because each Kubernetes
    version answers for itself.
    """
    found = {api for text in files.template_texts for api in _QUESTION.findall(text)}
    return sorted(found - served_by_any())


def api_cases(files: ChartFiles, release: str, namespace: str) -> list[Case]:
    """For each API that the templates ask about a case: the defaults on a cluster that serves it."""
    return [
        Case(f"api/{api}", f"the defaults where {api} is served", (), (), release, namespace, api_versions=(api,))
        for api in apis_in_templates(files)
    ]
