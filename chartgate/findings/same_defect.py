"""Which findings are one defect, so that reports tell it once: for many versions, objects and random names."""

import re

from chartgate.findings.finding import Finding

# What one value or one helper makes wrong, it makes wrong on every object that takes it.
_OF_ONE_HELPER = frozenset({"labels", "names"})
_VERSION = re.compile(r"Kubernetes v?\d+\.\d+(\.\d+)?")
_RANDOM_END = re.compile(r"-(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{5,}$", re.IGNORECASE)


def defect_key(finding: Finding) -> tuple[str, ...]:
    """What findings of one defect have in common; the names of objects and Kubernetes versions are no part of it."""
    kind, _, name = finding.object.partition("/")
    what = without_versions(finding.what.replace(name, "") if name else finding.what)
    if finding.check in _OF_ONE_HELPER:
        return finding.check, finding.rule, what, finding.remedy
    return finding.check, finding.rule, kind, finding.where, what, finding.remedy


def object_key(finding: Finding) -> str:
    """What findings of one defect have in common within a release: two objects of one release are two defects.

    An object is the same whatever its random ending is.
    """
    return "" if finding.check in _OF_ONE_HELPER else without_random_end(finding.object)


def without_versions(text: str) -> str:
    """A text without the numbers of Kubernetes versions in it."""
    return _VERSION.sub("Kubernetes", text)


def without_random_end(name: str) -> str:
    """A name without a random ending, such as the `-x7k2p` of `migrate-x7k2p`."""
    return _RANDOM_END.sub("", name)
