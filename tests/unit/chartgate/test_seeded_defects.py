"""Defects that people make are found in a chart that has neither a matrix nor a schema."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from chartgate import gate
from chartgate.reports.results import Results
from chartgate.values.selection import Choice

SHOP = Path(__file__).with_name("shop")
QUICK = Choice(helm=("embedded",), kubernetes=("1.37",))


class Defect(NamedTuple):
    """What somebody writes in place of what is right, and the rules that find it."""

    file: str
    right: str
    wrong: str
    found: set[str]


DEPLOYMENT, SERVICE, VALUES = "templates/deployment.yaml", "templates/service.yaml", "values.yaml"
NAME = 'name: {{ include "shop.fullname" . }}'
MISSPELT = {"chart/misspelt-value", "chart/unused-value"}
DEFECTS = {
    "selector": Defect(
        SERVICE,
        '{{- include "shop.selectorLabels" . | nindent 4 }}\n',
        "app: shop\n",
        {"references/selector", "references/port"},
    ),
    "port": Defect(SERVICE, "targetPort: http}", "targetPort: web}", {"references/port"}),
    "name": Defect(
        DEPLOYMENT,
        f"configMapRef:\n                {NAME}",
        "configMapRef:\n                name: shop",
        {"references/missing"},
    ),
    "quote": Defect(DEPLOYMENT, "{{ .Values.cacheSeconds | quote }}", "{{ .Values.cacheSeconds }}", {"schema/invalid"}),
    "unused value": Defect(VALUES, "  port: 80\n", "  port: 80\n  sessionAffinity: None\n", {"chart/unused-value"}),
    "no -0": Defect("Chart.yaml", ">=1.30.0-0", ">=1.30.0", {"chart/kube-version"}),
    "indent in a with": Defect(
        DEPLOYMENT,
        "nodeSelector:\n        {{- toYaml . | nindent 8",
        "nodeSelector:\n        {{- toYaml . | nindent 6",
        {"schema/invalid"},
    ),
    "indent that breaks YAML": Defect(
        DEPLOYMENT,
        "tolerations:\n        {{- toYaml . | nindent 8",
        "tolerations:\n        {{- toYaml . | nindent 2",
        {"render/refused"},
    ),
    "Secret in a ConfigMap": Defect(
        "templates/configmap.yaml",
        "\ndata:\n",
        "\ndata:\n  ADMIN_PASSWORD: {{ .Values.adminPassword | quote }}\n",
        {"leaks/leak"},
    ),
    "HPA target": Defect(
        "templates/hpa.yaml",
        f"kind: Deployment\n    {NAME}",
        "kind: Deployment\n    name: shop",
        {"references/missing"},
    ),
    "monitor port": Defect("templates/servicemonitor.yaml", "port: metrics", "port: metric", {"references/port"}),
    "misspelt value": Defect(DEPLOYMENT, ".Values.replicaCount", ".Values.replicaCuont", MISSPELT),
    "misspelt value in values.yaml": Defect(VALUES, "  pullPolicy: Always", "  pulPolicy: Always", MISSPELT),
    "probe port": Defect(
        DEPLOYMENT, "httpGet: {path: /live, port: http}", "httpGet: {path: /live, port: htpp}", {"probes/port"}
    ),
}


def rules(results: Results) -> set[str]:
    return {f"{finding.check}/{finding.rule}" for finding in [*results.occurrences, *results.general]}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of a chart such as `helm create` makes, with a ConfigMap, a Secret and a ServiceMonitor."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


@pytest.mark.usefixtures("without_checkov")
def test_the_chart_as_it_is_has_no_defect(shop: Path) -> None:
    results = gate.run(shop)
    assert [finding.sentence for finding in [*results.occurrences, *results.general]] == []
    assert [notice for notice in results.notices if "never rendered" in notice or "not filled" in notice] == []


@pytest.mark.usefixtures("without_checkov")
@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_a_seeded_defect_is_found(shop: Path, defect: Defect) -> None:
    text = (shop / defect.file).read_text(encoding="utf-8")
    assert text.count(defect.right) == 1
    (shop / defect.file).write_text(text.replace(defect.right, defect.wrong), encoding="utf-8")
    assert rules(gate.run(shop, QUICK)) == defect.found
