"""What each key in a report means: the declarations of the checks, and those of the gate's own findings."""

from collections.abc import Iterable
from dataclasses import dataclass

from chartgate.findings.registry import CHECKS


@dataclass(frozen=True)
class Declared:
    """A check as its module declares it: what it is, why it matters, what helps, where the rule comes from."""

    key: str
    title: str
    why: str
    remedy: str
    source: str


OWN = (
    Declared(
        "render",
        "Helm renders the case",
        "A case that Helm refuses cannot be installed, and one that renders no object installs nothing.",
        "correct the values or the template that Helm names",
        "Helm documentation, helm template",
    ),
    Declared(
        "chart",
        "The chart's own files",
        "Helm renders a chart whose Chart.yaml, Chart.lock and charts/ disagree, or that a managed cluster refuses.",
        "correct the file, or run helm dependency update",
        "Helm documentation, Charts; Masterminds/semver, Working With Prerelease Versions",
    ),
    Declared(
        "exceptions",
        "Exceptions are still needed",
        "An exception that matches no finding any more would hide the next one.",
        "remove the entry of chartgate.yaml, or correct its pattern",
        "chartgate.yaml",
    ),
)


def declared(keys: Iterable[str] = ()) -> dict[str, Declared]:
    """Every declaration by key: the gate's own, the registered checks, and bare ones for other `keys`."""
    found = {entry.key: entry for entry in OWN}
    for check in CHECKS:
        found[check.key] = Declared(check.key, check.title, check.why, check.remedy, check.source)
    return found | {key: Declared(key, key, "", "", "") for key in keys if key not in found}
