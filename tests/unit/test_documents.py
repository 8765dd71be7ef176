"""Each code block of each document is run by a test, or its document says why not; links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from chartgate.cli import UNUSABLE, main
from tests.documents import CHART_README, OPERATIONS, ROOT, Block, blocks, documents

RUN = {ROOT / "README.md", CHART_README, OPERATIONS}
"""The documents whose commands tests/e2e/publishing/test_documents.py runs."""
CASES = {CHART_README, OPERATIONS}
"""The documents whose YAML is a case of the gate: `documents` in the chart's chartgate.yaml."""
ALL = [block for document in documents() for block in blocks(document)]


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_block_is_run_by_a_test_or_the_reason_is_there(block: Block) -> None:
    by_default = block.document in (RUN if block.language == "bash" else CASES if block.language == "yaml" else ())
    assert by_default or block.run_by or block.not_run, (
        f"{block}: no test runs it: write one and `<!-- run by: PATH -->` above it, or `<!-- not run: REASON -->`"
    )
    if block.run_by:
        file = ROOT / block.run_by.partition(",")[0]
        assert file.is_file(), f"{block}: {file.relative_to(ROOT)} does not exist"


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "bash"], ids=str)
def test_a_shell_takes_the_block_as_it_is_pasted(block: Block) -> None:
    # An interactive zsh takes # as a word, and [0] as a pattern that must match a file.
    assert not re.search(r"(^|\s)#", block.text), f"{block}: write the comment into the text"
    words = shlex.split(block.text, posix=False)
    assert not [word for word in words if re.search(r"\[\d+\]", word) and word[0] != "'"], f"{block}: quote it with ''"


def test_the_gates_options_in_the_readme_exist(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = [block for block in ALL if block.run_by == "tests/unit/test_documents.py"]
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/chartgate"
        # An unknown option would end in the parser, before anything is read.
        assert main(arguments) == UNUSABLE
        assert "path/to/chart" in capsys.readouterr().err


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`(?!\])", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), f"{document.relative_to(ROOT)}: {target}: there is no such file"
        if anchor:
            assert anchor in anchors(file), f"{document.relative_to(ROOT)}: {target}: there is no such heading"


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = re.findall(r"\]\(([^)#]+)", index.read_text(encoding="utf-8"))
    pages = {path.name for path in index.parent.glob("*.md")} - {index.name}
    assert not pages - set(named), "add a line for each of them to docs/README.md"


def anchors(document: Path) -> set[str]:
    """The anchors of the headings, as GitHub makes them, and those that are written out."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    written = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        written.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return written
