"""The setting `schemas`: files beside the chart describe kinds, to which custom resources are held strictly."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from chartgate.errors import GateError
from chartgate.findings.finding import Finding
from chartgate.findings.schema import check_with
from chartgate.tools.reading import Reading
from chartgate.values.chart import read_chart
from chartgate.values.known_kinds import KnownKinds, read_known_kinds
from tests.documents import ROOT, blocks
from tests.unit.chartgate.manifests import DEFINITION, WIDGET

MakeChart = Callable[[dict[str, str]], Path]
FindingsOf = Callable[..., list[Finding]]

SCHEMA = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}


def read(folder: Path, files: dict[str, str], *paths: str) -> KnownKinds:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_known_kinds([folder / path for path in paths or files], Reading())


@pytest.mark.parametrize(
    "files",
    [
        {"widget.yaml": DEFINITION},
        {"list.yaml": f"kind: List\nitems:\n- {DEFINITION.replace(chr(10), chr(10) + '  ')}"},
        {"example.com/widget_v1.json": json.dumps(SCHEMA)},
        {
            "any.json": json.dumps(
                {
                    **SCHEMA,
                    "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Widget"}],
                }
            )
        },
    ],
    ids=["definition", "list", "name", "group-version-kind"],
)
def test_custom_resources_are_held_to_what_a_file_or_a_folder_describes(
    tmp_path: Path, findings_of: FindingsOf, files: dict[str, str]
) -> None:
    for paths in ((), (".",)):
        check = check_with(read(tmp_path, files, *paths))
        assert findings_of(check, WIDGET) == []
        for wrong, where in (("{size: big}", "spec.size"), ("{sise: 3}", "spec")):
            (finding,) = findings_of(check, WIDGET.replace("{size: 3}", wrong))
            assert (finding.rule, finding.where) == ("invalid", where)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"a.yaml": "a: ["}, r"a\.yaml: is not YAML"),
        ({"a.json": "{"}, r"a\.json: is not JSON"),
        ({"a.yaml": "kind: ConfigMap\n"}, r"a\.yaml: describes no kind: name files with a CustomResourceDefinition"),
        ({"a.yaml": DEFINITION.replace("versions", "version")}, r"a\.yaml: a CustomResourceDefinition is not complete"),
    ],
)
def test_what_describes_no_kind_is_refused(tmp_path: Path, files: dict[str, str], complaint: str) -> None:
    with pytest.raises(GateError, match=complaint):
        read(tmp_path, files)


def test_a_path_that_does_not_exist_is_refused(make_chart: MakeChart) -> None:
    chart = read_chart(make_chart({"chartgate.yaml": "schemas: [../nowhere.yaml]\n"}))
    with pytest.raises(GateError, match=r"nowhere\.yaml: No such file"):
        _ = chart.known_kinds


def test_the_files_belong_to_what_a_run_depends_on(make_chart: MakeChart, tmp_path: Path) -> None:
    kinds = tmp_path / "widget.yaml"
    kinds.write_text(DEFINITION, encoding="utf-8")
    chart = make_chart({"chartgate.yaml": "schemas: [../widget.yaml]\n"})
    before = read_chart(chart).digest
    assert read_chart(chart).digest == before
    kinds.write_text(DEFINITION.replace("integer", "string"), encoding="utf-8")
    assert read_chart(chart).digest != before


def test_the_example_of_the_document_is_read(make_chart: MakeChart) -> None:
    (example,) = (one.text for one in blocks(ROOT / "docs" / "interfaces.md") if one.heading == "Custom resources")
    chart = make_chart({"chartgate.yaml": example})
    folder, file = (chart / path for path in yaml.safe_load(example)["schemas"])
    folder.mkdir()
    (folder / "widget.yaml").write_text(DEFINITION, encoding="utf-8")
    file.parent.mkdir()
    file.write_text(json.dumps(SCHEMA), encoding="utf-8")
    assert {key[1].lower() for key in read_chart(chart).known_kinds.schemas} == {"widget", "route"}
