"""What `make generate` writes is what its sources say."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


GENERATORS = [
    "schema.generate",
    "schema.fluent_bit.generate",
    "schema.application.generate",
    "release.generate",
    "tests.pictures",
    "chartgate.findings.api_server.generate",
    "chartgate.values.generate_schemas",
]


@pytest.mark.parametrize("generator", GENERATORS)
def test_generated_files_are_up_to_date(generator: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", generator, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stderr}Run `make generate`, and commit what it writes."
