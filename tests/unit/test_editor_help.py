"""Editors with the YAML language server complete and check the gate's files: a line names the published JSON Schema."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from release.schemas import MARK, SOURCES, address, published
from release.settings import read_settings
from tests.documents import Block, blocks, documents

ROOT = Path(__file__).parents[2]
SETTINGS = read_settings(ROOT)
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
FILES = [name for name in TRACKED if name.endswith(".yaml") and Path(name).stem in SOURCES]
EXAMPLES = [one for document in documents() for one in blocks(document) if MARK in one.text]


def schema(name: str) -> dict[str, Any]:
    return dict(json.loads(published(ROOT, SETTINGS)[f"schemas/{name}.schema.json"]))


def lines(text: str) -> list[str]:
    return [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]


def test_all_kinds_of_files_are_there() -> None:
    assert {Path(name).stem for name in FILES} == set(SOURCES)


@pytest.mark.parametrize("name", FILES)
def test_the_first_line_names_the_schema_that_the_file_fits(name: str) -> None:
    kind = Path(name).stem
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.splitlines()[0] == f"{MARK}{address(SETTINGS, kind)}", "run `make generate`"
    jsonschema.validate(yaml.safe_load(text), schema(kind))


def test_the_document_names_each_schema() -> None:
    (listed,) = [lines(one.text) for one in EXAMPLES if one.heading == "Help in an editor"]
    assert sorted(listed) == [address(SETTINGS, kind) for kind in sorted(SOURCES)]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_examples_of_documents_fit_the_schemas_that_they_name(example: Block) -> None:
    for line in lines(example.text):
        (kind,) = [kind for kind in SOURCES if line == address(SETTINGS, kind)]
        data = yaml.safe_load(example.text)
        if data is not None:
            jsonschema.validate(data, schema(kind))


@pytest.mark.parametrize("kind", SOURCES)
def test_a_published_schema_is_valid_and_says_where_it_is(kind: str) -> None:
    found = schema(kind)
    jsonschema.Draft202012Validator.check_schema(found)
    assert (found["$id"], found["title"]) == (address(SETTINGS, kind), f"{kind}.yaml")
