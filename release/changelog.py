"""CHANGELOG.md: a heading `## VERSION` for each release, and its changes as a list.

A change below a heading such as `### Fixed` has that kind (https://keepachangelog.com); others have none.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from release.errors import ReleaseError

FILE = "CHANGELOG.md"
KINDS = frozenset({"added", "changed", "deprecated", "removed", "fixed", "security"})
"""The kinds that Artifact Hub knows (its documentation, Helm annotations, artifacthub.io/changes)."""


@dataclass(frozen=True)
class Change:
    """A change: one line of text in Markdown, and its kind or an empty text."""

    text: str
    kind: str = ""


def changes_of(root: Path, version: str) -> list[Change]:
    """The changes of a version, in their order.

    Raises:
        ReleaseError: the file cannot be read, has no such version, or no change of it.
    """
    return _changes(notes_of(root, version))


def notes_of(root: Path, version: str) -> str:
    """The text below the heading of a version, up to the next version.

    Raises:
        ReleaseError: the file cannot be read, has no such version, or no change of it.
    """
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{FILE}: cannot be read: {error}") from error
    heading = re.search(rf"(?m)^## \[?v?{re.escape(version)}\]?(?= |$).*$", text)
    if heading is None:
        raise ReleaseError(f"{FILE}: no entry for version {version}: add the heading `## {version}` and the changes")
    section = re.split(r"(?m)^## ", text[heading.end() :], maxsplit=1)[0].strip()
    if not _changes(section):
        raise ReleaseError(f"{FILE}: the entry for version {version} is empty: list the changes")
    return section


def _changes(section: str) -> list[Change]:
    changes: list[Change] = []
    kind, in_item = "", False
    for line in section.splitlines():
        heading = re.match(r"### (\w+)", line)
        if heading:
            word = heading[1].lower()
            kind, in_item = word if word in KINDS else "", False
        elif item := re.match(r"[-*] (.+)", line):
            changes.append(Change(item[1].strip(), kind))
            in_item = True
        elif in_item and line.startswith("  ") and line.strip():
            changes[-1] = Change(f"{changes[-1].text} {line.strip()}", kind)
        else:
            in_item = False
    return changes
