"""What every check declares, the document made of it, and how the gate treats a check that examined nothing."""

from pathlib import Path

import pytest

from chartgate.findings.check import Check
from chartgate.findings.document import document
from chartgate.findings.registry import CHECKS, OF_COMMANDS

DOCUMENT = Path(__file__).parents[4] / "docs" / "checks.md"
ALL = (*CHECKS, *OF_COMMANDS)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.key)
def test_a_check_says_what_why_and_where_from(check: Check) -> None:
    assert all([check.title, check.why, check.source])
    assert all(text for rule in check.rules.values() for text in (rule.text, rule.remedy, rule.example))
    assert check.key == check.key.lower().replace("_", "-")
    # checkov's policies name themselves.
    assert check.rules or check.key == "checkov"


def test_keys_are_unique() -> None:
    assert len({check.key for check in ALL}) == len(ALL)


def test_every_module_of_checks_is_registered() -> None:
    folder = Path(__file__).parents[4] / "chartgate" / "findings"
    declaring = [path for path in folder.rglob("*.py") if "\nCHECK = Check(" in path.read_text(encoding="utf-8")]
    assert len(declaring) == len(ALL)


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(ALL), "run `make generate`"
