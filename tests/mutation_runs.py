"""What the tests of `chartgate mutate` begin with: a small chart, a test of it, and what a report says."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from chartgate import mutation
from tests.documents import ROOT, blocks

DOCUMENT = ROOT / "docs" / "mutation.md"
CONFIG = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels:\n    app: shop\n"
    "data:\n  host: {{ .Values.host | quote }}\n"
)
FILES = {"chartgate.yaml": "helm: ['4']\n", "values.yaml": "host: a.example\n", "templates/config.yaml": CONFIG}
TESTS = (
    "def test_the_host_comes_from_the_values(render):\n"
    "    (config,) = render({'host': '1'})\n"
    "    assert config.manifest['data'] == {'host': '1'}\n"
)
LABEL = "def test_label(render):\n    assert '-x' not in str(render().only('ConfigMap').manifest)\n"
"""A test that notices SHOP."""
SHOP = "changed scalar: app: shop → app: shop-x"

Report = dict[str, Any]
Mutate = Callable[..., tuple[int, Report]]


def by_change(report: Report) -> dict[str, tuple[str, str]]:
    """What came of each mutant, and who noticed it."""
    return {one["change"]: (one["state"], one["by"]) for one in report["mutants"]}


def tried_mutants(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mutants that are tried from now on."""
    tried: list[str] = []
    original = mutation._tried

    def recording(trial: Any, mutants: Any, memory: Any) -> Any:
        tried.extend(mutant.change for mutant in mutants)
        return original(trial, mutants, memory)

    monkeypatch.setattr(mutation, "_tried", recording)
    return tried


def documented_entry_for_other_tests() -> str:
    """The settings of the document about mutants that only other tests notice."""
    documented = next(
        block.text for block in blocks(DOCUMENT) if "noticedBy" in block.text and block.language == "yaml"
    )
    return yaml.safe_dump({"helm": ["4"], **yaml.safe_load(documented)})
