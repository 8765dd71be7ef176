"""What CONTRIBUTING.md tells of a new check is true: its example is a check, and the example's test passes."""

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from chartgate.findings import scopes
from chartgate.findings.check import Check
from chartgate.findings.document import document
from chartgate.findings.finding import Finding
from tests.documents import ROOT, blocks

DOCUMENT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = DOCUMENT.partition("### Add a check")[2].partition("\n### ")[0]
MODULE, TEST = (block.text for block in blocks(ROOT / "CONTRIBUTING.md") if block.language == "python")


def module_of(name: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The text as a module of that name."""
    path = folder / f"{name.rpartition('.')[2]}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def test_the_example_is_a_check_and_its_test_passes(
    findings_of: Callable[..., list[Finding]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = module_of("chartgate.findings.service_links", MODULE, tmp_path, monkeypatch).CHECK
    assert isinstance(check, Check)
    assert "| `enabled` | error | a pod has service links | set it to false |" in document([check])
    tests = vars(module_of("test_service_links", TEST, tmp_path, monkeypatch))
    run = [test(findings_of) for name, test in tests.items() if name.startswith("test_")]
    assert len(run) == 3


def test_every_scope_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", SECTION, re.MULTILINE)
    assert set(listed) == {
        name for name, kind in vars(scopes).items() if isinstance(kind, type) and hasattr(kind, "subjects")
    }


def test_the_glossary_names_what_there_is() -> None:
    glossary = DOCUMENT.partition("### Words")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| ([a-z]+) \| (.*) \|$", glossary, re.MULTILINE)
    assert len(rows) >= 10
    package = "\n".join(path.read_text(encoding="utf-8") for path in Path(scopes.__file__).parents[1].rglob("*.py"))
    for word, meaning in rows:
        for name in re.findall(r"`([A-Z]\w+)`", meaning):
            assert f"class {name}" in package, word
