"""A fixed sample of mutants of the chart: the gate and the unit tests notice each of them."""

import json
from pathlib import Path

from chartgate import cli

ROOT = Path(__file__).parents[2]


def test_the_tests_of_images_notice_each_fault_in_their_names(tmp_path: Path, chart: Path) -> None:
    report = tmp_path / "mutants.json"
    tests = ROOT / "tests/unit/chart/test_images.py"
    options = ["--file", "templates/_images.tpl", "--case", "ci/*", "--tests", str(tests), "--fail-under", "100"]
    code = cli.main(["mutate", str(chart), *options, "--json", str(report)])
    found = json.loads(report.read_text(encoding="utf-8"))
    survivors = [one for one in found["mutants"] if one["state"] in {"survived", "unseen"}]
    texts = (f"{one['change']}\n{one['diff']}" for one in survivors)
    assert code == 0, "add a test to test_images.py for each of these faults:\n" + "\n".join([*texts, *found["faults"]])
    assert found["counted"] > 20
