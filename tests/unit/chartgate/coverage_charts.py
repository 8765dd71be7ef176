"""A chart and options for the tests of template coverage, and the arms that values reach."""

from collections.abc import Callable
from pathlib import Path

from chartgate.releases.jobs import Job
from chartgate.releases.probes.chart import with_probes
from chartgate.releases.probes.trial import printed
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case
from chartgate.values.selection import Choice

QUICK = ("--offered", "--kube", "1.30")
ONE = Choice(offered=True, kubernetes=("1.30",))
"""The same as a choice."""
MakeChart = Callable[[dict[str, str]], Path]
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
SWITCH = f"{CONFIG}  {{{{- if .Values.a }}}}\n  x: a\n  {{{{- end }}}}\n  y: b\n"


def reached(chart: Path, template: str = "templates/config.yaml", *values: str) -> dict[str, list[bool]]:
    """Whether each case of values reaches each arm of a template, by the arm's name."""
    files = read_chart_files(chart)
    probed = with_probes(files, [name for name in files.contents if name.startswith("templates/")])
    found: dict[str, list[bool]] = {}
    for text in values:
        job = Job(Case("values", values=(text,)), EMBEDDED, "1.30")
        plain, counted = printed(files, job), printed(probed.probed, job)
        assert counted.said == plain.said
        for point in probed.points:
            if point.file == template:
                found.setdefault(point.name, []).append(point.is_reached(counted.counts))
    return found
