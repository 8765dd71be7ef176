"""Checks whose program is a Python package that chartgate installs only as an extra, since it is large."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from chartgate.errors import GateError
from chartgate.findings.check import Check


def is_installed(check: Check) -> bool:
    """Whether the check can run: it needs no extra, or its extra is installed."""
    return not check.extra or find_spec(check.extra) is not None


def left_out(checks: Iterable[Check]) -> Iterator[str]:
    """A sentence for each of these checks that cannot run.

    >>> from chartgate.findings.check import Check
    >>> check = Check("spelling", "Spelling", "", "", scopes=(), extra="no_such_package")
    >>> list(left_out([check]))
    ["check spelling left out: the package no_such_package is not installed: pip install 'chartgate[no_such_package]'"]
    """
    for check in checks:
        if not is_installed(check):
            yield (
                f"check {check.key} left out: the package {check.extra} is not installed: "
                f"pip install 'chartgate[{check.extra}]'"
            )


def require_installed(checks: Iterable[Check], names: Iterable[str]) -> None:
    """Refuse a check that the user names and that cannot run.

    Args:
        names: patterns of checks and rules. A pattern such as `*` names no check by itself.

    Raises:
        GateError: a check's extra is not installed; the message says what to install.
    """
    named = {name.partition("/")[0] for name in names}
    for sentence in left_out(check for check in checks if check.key in named):
        raise GateError(sentence)
