"""The line of the template that a finding means, as far as the text tells it."""

from collections.abc import Callable

import pytest

from chartgate.findings.chart_files import CHECK
from chartgate.findings.runner import examine_files
from chartgate.releases.release import Release
from chartgate.reports.locations import Location, Templates, line_in
from chartgate.values.chart import read_chart
from tests.unit.chartgate.command_line import MakeChart

TEMPLATE = """\
{{- if .Values.a }}
apiVersion: v1
kind: Service
metadata:
  name: a
spec:
  ports: []
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "name" . }}
spec:
  replicas: 1
  template:
    metadata:
      labels: {}
    spec:
{{- with .Values.pod }}
      nodeName: x
{{- end }}
      containers:
      - name: c
        image: i
        securityContext:
          privileged: true
{{- end }}
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("", 10),
        ("object", 10),
        ("metadata.name", 12),
        ("spec.replicas", 14),
        ("spec.template.spec", 18),
        ("spec.template.spec.nodeName", 20),
        ("spec.template.spec.containers[0] (c).image", 24),
        ("spec.template.spec.containers[0] (c).securityContext.privileged", 26),
        ("spec.template.spec.containers[0].resources", 22),
        ("spec.ports[0]", 13),
        ("apiVersion", 9),
    ],
)
def test_a_path_leads_to_its_deepest_key_in_the_text(release_of: Callable[..., Release], where: str, line: int) -> None:
    deployment = release_of("kind: Deployment\nmetadata: {name: a}\n").only("Deployment")
    assert line_in(TEMPLATE.split("\n"), deployment, where) == line


def test_a_template_that_does_not_show_the_kind_is_named_from_its_start(release_of: Callable[..., Release]) -> None:
    claim = release_of("kind: PersistentVolumeClaim\nmetadata: {name: a}\n").only("PersistentVolumeClaim")
    assert line_in(['{{ include "claim" . }}'], claim, "spec.resources") == 1


def test_a_finding_about_a_file_of_the_chart_is_located_in_it(make_chart: MakeChart) -> None:
    values = "other: {size: 1}\nimage:\n  # The tag.\n  size: 2\n  tag: v1\n"
    template = "{{ .Values.other }}{{ .Values.image.tag }}"
    chart = read_chart(make_chart({"values.yaml": values, "templates/a.yaml": template}))
    (finding,) = (one for one in examine_files(CHECK, chart) if one.rule == "unused-value")
    assert Templates(chart.files).locate(finding, None) == Location("values.yaml", 4)
