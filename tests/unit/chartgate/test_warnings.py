"""A warning reads alike whichever Helm writes it."""

import pytest

from chartgate.tools.warnings import warnings_in


@pytest.mark.parametrize(
    "line",
    [
        "warning: skipped value for a.b: Not a table.",
        "coalesce.go:237: warning: skipped value for a.b: Not a table.",
        "2026/01/02 03:04:05 warning: skipped value for a.b: Not a table.",
        "2026/01/02 03:04:05 INFO warning: skipped value for a.b: Not a table.",
        'level=INFO msg="warning: skipped value for a.b: Not a table."',
    ],
)
def test_the_words_are_the_same(line: str) -> None:
    assert warnings_in(f"{line}\nlevel=INFO msg=other\nno more\n") == ["warning: skipped value for a.b: Not a table."]


def test_what_is_logged_as_a_warning_is_one() -> None:
    told = 'level=WARN msg="returned non-bool value" path=kid.on chart=kid\nlevel=WARN msg=short'
    assert warnings_in(told) == ["returned non-bool value path=kid.on chart=kid", "short"]
    assert warnings_in("2026/01/02 03:04:05 WARN say \\ it") == ["say \\ it"]
    assert warnings_in('level=WARN msg="say \\"it\\""') == ['say "it"']


@pytest.mark.parametrize("line", ["WARNING: This chart is deprecated", 'level=WARN msg="this chart is deprecated"'])
def test_that_a_chart_is_deprecated_is_no_warning_to_its_author(line: str) -> None:
    assert warnings_in(line) == []
