"""How the chart's own files are written: short lines, and the guards of each subject beside the subject."""

import re
from pathlib import Path

import pytest

LONGEST = 140
# Made by `make generate`, or written for the readers of a table.
GENERATED = {"README.md", "values.schema.json"}


def test_no_line_is_longer_than_a_screen(chart: Path) -> None:
    files = [path for path in chart.rglob("*") if path.is_file() and path.name not in GENERATED]
    long = [
        f"{path.relative_to(chart)}:{number}: {len(line)} characters"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert files
    assert not long, f"break these lines, or give a part of them a name (the limit is {LONGEST}): {long}"


def test_every_subject_has_its_guards_in_its_own_file(chart: Path) -> None:
    defined = {
        subject: path.name
        for path in (chart / "templates").glob("_*.tpl")
        for subject in re.findall(r'define "claude-relay\.(\w+)\.guards"', path.read_text(encoding="utf-8"))
    }
    joined = re.findall(r"\(?list ((?:\"\w+\" ?)+)", (chart / "templates/_guards.tpl").read_text(encoding="utf-8"))
    listed = " ".join(joined).replace('"', "").split()
    assert sorted(listed) == sorted(defined), "list each subject in _guards.tpl"
    misplaced = {subject: file for subject, file in defined.items() if file != f"_{subject}.tpl"}
    assert not misplaced, f"move the guards into the file of their subject: {misplaced}"


@pytest.mark.parametrize("word", ["fail", "required"])
def test_only_the_guards_stop_a_render(chart: Path, word: str) -> None:
    stopping = {
        str(path.relative_to(chart))
        for path in chart.rglob("templates/**/*")
        if path.is_file() and re.search(rf"\{{\{{-? *{word} |[(|] *{word} ", path.read_text(encoding="utf-8"))
    }
    assert stopping <= {"templates/_guards.tpl"}, "print a message in the guards of the subject instead"
