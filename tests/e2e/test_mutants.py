"""Fixed samples of mutants of the chart: the gate and the tests notice each of them."""

import json
from pathlib import Path

import pytest

from chartgate import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "cases", "tests", "least"),
    [
        ("templates/_images.tpl", "ci/*", "tests/unit/chart/test_images.py", 20),
        ("files/scripts/ready.sh", "defaults", "tests/e2e/test_readiness.py", 8),
    ],
    ids=["images", "readiness"],
)
def test_the_tests_of_a_file_notice_each_fault_in_it(
    tmp_path: Path, chart: Path, file: str, cases: str, tests: str, least: int
) -> None:
    report = tmp_path / "mutants.json"
    options = ["--file", file, "--case", cases, "--tests", str(ROOT / tests), "--fail-under", "100"]
    code = cli.main(["mutate", str(chart), *options, "--json", str(report)])
    found = json.loads(report.read_text(encoding="utf-8"))
    survivors = [one for one in found["mutants"] if one["state"] in {"survived", "unseen"}]
    texts = (f"{one['change']}\n{one['diff']}" for one in survivors)
    told = "\n".join([*texts, *found["faults"]])
    assert code == 0, f"add a test to {tests} for each of these faults:\n{told}"
    assert found["counted"] > least
