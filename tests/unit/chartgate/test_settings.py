"""The chart's chartgate.yaml: read, or refused with the place and the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.values.chart import read_chart
from chartgate.values.settings import Settings

MakeChart = Callable[[dict[str, str]], Path]


def test_a_chart_without_settings_has_the_defaults(make_chart: MakeChart) -> None:
    assert read_chart(make_chart({})).settings == Settings()


def test_every_key_is_read(make_chart: MakeChart) -> None:
    text = (
        'helm: ["4"]\nkubernetes: ["1.29"]\ndocuments: [DOC.md]\napiVersions: [a/v1]\nrelease: r\nnamespace: ns\n'
        "outside: [{object: Secret/x, reason: the operator makes it}]\n"
        "absent: [{object: Service/*-no, reason: blocks a path on purpose}]\n"
        "exceptions: [{check: checkov, rule: CKV_1, reason: cannot be met here}]\n"
        "schemas: [../kinds]\n"
    )
    settings = read_chart(make_chart({"chartgate.yaml": text, "DOC.md": ""})).settings
    assert (settings.helm, settings.kubernetes, settings.release, settings.namespace) == (("4",), ("1.29",), "r", "ns")
    assert settings.api_versions == ("a/v1",)
    assert [path.name for path in settings.documents] == ["DOC.md"]
    assert [path.name for path in settings.schemas] == ["kinds"]
    assert settings.exceptions[0].objects == "*"
    assert (settings.outside[0].objects, settings.absent[0].objects) == ("Secret/x", "Service/*-no")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("helms: []", "'helms' was unexpected"),
        ("helm: [newest]", r"helm\[0\]"),
        ("exceptions: [{check: a, rule: b}]", '"reason" is a required property'),
        ("absent: [{object: Service, reason: blocks a path}]", r"absent\[0\]\.object"),
        ("- a", 'is not of type "object"'),
        ("a: [", "is not YAML"),
        ("documents: [NONE.md]", "no such file"),
    ],
)
def test_bad_settings_are_refused_with_their_place(make_chart: MakeChart, text: str, complaint: str) -> None:
    with pytest.raises(GateError, match=complaint):
        _ = read_chart(make_chart({"chartgate.yaml": text})).settings


def test_cases_are_defaults_ci_files_and_examples_in_order(make_chart: MakeChart) -> None:
    chart = make_chart(
        {
            "values.yaml": "d: 0\n",
            "ci/b-values.yaml": "# Proves b,\n# all of it.\nb: 1\n",
            "ci/a-values.yaml": "a: 1\n",
            "ci/notes.yaml": "c: 1\n",
            "README.md": "## More\n\n```yaml\nd: 1\n```\n",
        }
    )
    cases = read_chart(chart).offered_cases
    assert [case.name for case in cases] == ["defaults", "ci/a", "ci/b", "README.md: More"]
    assert cases[2].proves == "Proves b, all of it."


def test_values_that_are_no_mapping_are_refused(make_chart: MakeChart) -> None:
    chart = make_chart({"ci/a-values.yaml": "- a\n"})
    with pytest.raises(GateError, match="a values file is a mapping"):
        _ = read_chart(chart).offered_cases


def test_a_folder_without_chart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"is not a chart: .*Chart\.yaml"):
        read_chart(tmp_path)


@pytest.mark.parametrize(
    ("kube_version", "kubernetes", "helm"),
    [
        ("", ("1.35", "1.37"), ("3", "4")),
        (">=1.25.0-0", ("1.25", "1.37"), ("3", "4")),
        (">=1.16.0-0", ("1.19", "1.37"), ("3.2.4", "3", "4")),
        (">=1.21.0-0 <1.30.0-0", ("1.21", "1.29"), ("3", "4")),
        ("~1.36", ("1.36",), ("3", "4")),
        ("nonsense", ("1.35", "1.37"), ("3", "4")),
    ],
)
def test_the_versions_are_those_that_chart_yaml_allows(
    make_chart: MakeChart, kube_version: str, kubernetes: tuple[str, ...], helm: tuple[str, ...]
) -> None:
    about = f'apiVersion: v2\nname: tiny\nversion: 1.0.0\nkubeVersion: "{kube_version}"\n'
    settings = read_chart(make_chart({"Chart.yaml": about})).settings
    assert (settings.kubernetes, settings.helm) == (kubernetes, helm)


def test_an_api_that_the_templates_ask_about_is_a_case(make_chart: MakeChart) -> None:
    asks = """
      {{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}{{ end }}
      {{- if (.Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget") }}{{ end }}
    """
    chart = make_chart(
        {"templates/a.yaml": asks, "charts/b/templates/b.tpl": '{{ $.Capabilities.APIVersions.Has ("x/v1") }}'}
    )
    cases = read_chart(chart).offered_cases
    assert {case.name: case.api_versions for case in cases} == {
        "defaults": (),
        "api/monitoring.coreos.com/v1": ("monitoring.coreos.com/v1",),
        "api/x/v1": ("x/v1",),
    }
