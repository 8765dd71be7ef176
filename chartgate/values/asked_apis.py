"""The API versions that a chart's templates ask the cluster about: what depends on the answer is rendered too."""

import re
from pathlib import Path

from chartgate.tools.served_api_versions import served_by_any
from chartgate.values.case import Case

_QUESTION = re.compile(r"""APIVersions\.Has\s+\(?\s*["`]([^"`]+)["`]""")


def asked_apis(chart: Path) -> list[str]:
    """The API versions and kinds that templates name in `.Capabilities.APIVersions.Has "…"`, sorted.

    Those of unpacked subcharts are among them; those that Kubernetes itself serves are not, because each Kubernetes
    version answers for itself.
    """
    found: set[str] = set()
    for pattern in ("templates/**/*", "charts/*/templates/**/*"):
        for path in chart.glob(pattern):
            if path.is_file():
                found |= set(_QUESTION.findall(path.read_text(encoding="utf-8", errors="replace")))
    return sorted(found - served_by_any())


def api_cases(chart: Path, release: str, namespace: str) -> list[Case]:
    """For each API that the templates ask about a case: the defaults on a cluster that serves it."""
    return [
        Case(f"api/{api}", f"the defaults where {api} is served", (), (), release, namespace, api_versions=(api,))
        for api in asked_apis(chart)
    ]
