"""Editors with the YAML language server complete and check the gate's files: their first line names the JSON Schema."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
SCHEMAS = {
    "chartgate.yaml": "settings.schema.json",
    "conversions.yaml": "conversions.schema.json",
    "matrix.yaml": "matrix.schema.json",
}
FILES = [name for name in TRACKED if Path(name).name in SCHEMAS]
MARK = "# yaml-language-server: $schema="


def test_all_kinds_of_files_are_there() -> None:
    assert {Path(name).name for name in FILES} == set(SCHEMAS)


@pytest.mark.parametrize("name", FILES)
def test_the_first_line_names_the_schema_that_the_file_fits(name: str) -> None:
    file = ROOT / name
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith(MARK), f"{name}: begin the file with {MARK}PATH"
    schema = (file.parent / first.removeprefix(MARK)).resolve()
    assert schema == ROOT / "chartgate" / "values" / SCHEMAS[file.name]
    jsonschema.validate(yaml.safe_load(text), json.loads(schema.read_text(encoding="utf-8")))
