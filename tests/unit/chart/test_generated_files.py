"""The generated files of the chart are what their sources in `schema/` say.

The chart is that of the fixture, so that `chartgate mutate` sees that a change by hand is noticed.
"""

from pathlib import Path

import pytest

from schema.application import generate as application
from schema.fluent_bit import generate as fluent_bit
from schema.generate import CHART, outputs, read_sections

EXPECTED = {
    path.relative_to(CHART).as_posix(): text
    for files in (outputs(read_sections()), application.outputs(), fluent_bit.outputs())
    for path, text in files.items()
    if path.is_relative_to(CHART)
}


@pytest.mark.parametrize("file", EXPECTED)
def test_a_generated_file_is_up_to_date(file: str, chart: Path) -> None:
    assert (chart / file).read_text(encoding="utf-8") == EXPECTED[file], (
        "Run `make generate`, and commit what it writes."
    )
