"""Checks that users add: modules in the folders of their settings file, and installed packages by entry point."""

import re
import traceback
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial
from types import ModuleType
from typing import Any

from chartgate.errors import GateError
from chartgate.findings.check import Check, Rule
from chartgate.findings.finding import SEVERITIES
from chartgate.tools.installed_checks import entry_points
from chartgate.tools.own_modules import load
from chartgate.tools.reading import shown
from chartgate.values.check_folders import CheckFolder

_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
"""A name that patterns, annotations and reports can hold."""


def own_checks(folders: Iterable[CheckFolder], taken: Collection[str]) -> list[Check]:
    """The checks of installed packages, and then those of the folders.

    Args:
        taken: the keys of the other checks.

    Raises:
        GateError: a module cannot be imported, has no check, or has one that cannot be used.
    """
    known = dict.fromkeys(taken, "a check of chartgate")
    checks = []
    for place, check in (*_installed(), *(found for folder in folders for found in _of_folder(folder))):
        if check.key in known:
            raise GateError(f'{place}: the key "{check.key}" is that of {known[check.key]}: choose another one')
        known[check.key] = place
        checks.append(check)
    return checks


@cache
def _installed() -> tuple[tuple[str, Check], ...]:
    """The check of each entry point, and where it comes from."""
    found = []
    for entry in entry_points():
        place = f"entry point {entry.name} of {entry.dist.name if entry.dist else entry.value}"
        try:
            loaded = entry.load()
        except (Exception, SystemExit) as error:
            what = f"cannot be imported: {type(error).__name__}: {error}: correct or uninstall the package"
            raise GateError(f"{place}: {what}") from error
        found.append((place, _usable(loaded, place)))
    return tuple(found)


def _of_folder(folder: CheckFolder) -> Iterator[tuple[str, Check]]:
    for name in folder.modules:
        place = shown(folder.path / f"{name}.py")
        try:
            module = load(folder.path, folder.contents, folder.digest, name)
        except (Exception, SystemExit) as error:
            raise GateError(f"{place}: cannot be imported: {_told(error)}: correct the module") from error
        yield place, _usable(module, place)


def _told(error: BaseException) -> str:
    """An error and the line where it arose."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (line {last.lineno} of {last.filename})"


def _usable(loaded: Any, place: str) -> Check:
    """The check of a module, or the check itself, if all of it can be used.

    Raises:
        GateError: there is none, or a part of it is wrong.
    """
    check = getattr(loaded, "CHECK", None) if isinstance(loaded, ModuleType) else loaded
    if not isinstance(check, Check):
        helper = "; begin the name of a helper module with an underscore" if isinstance(loaded, ModuleType) else ""
        raise GateError(f"{place}: has no CHECK of chartgate.findings.check.Check: write one{helper}")
    complain = partial(_refuse, place)
    if not isinstance(check.key, str) or not _NAME.fullmatch(check.key):
        complain(
            f"the key {check.key!r} is not a name such as service-links: choose one of letters, digits and hyphens"
        )
    if not check.scopes:
        complain("the check has no scope, so it examines nothing: add one of chartgate.findings.scopes")
    for key, rule in check.rules.items():
        if not isinstance(rule, Rule) or not _NAME.fullmatch(str(key)):
            complain(f"the rule {key!r} is not a Rule under a name of letters, digits and hyphens: correct it")
    for severity in (check.severity, *(rule.severity for rule in check.rules.values() if rule.severity)):
        if severity not in SEVERITIES:
            complain(f"{severity!r} is not a severity: choose one of {', '.join(SEVERITIES)}")
    return check


def _refuse(place: str, what: str) -> None:
    raise GateError(f"{place}: {what}")
