"""Which findings are one defect, so that reports tell it once: for many versions, objects and random names."""

import re
from collections.abc import Collection
from dataclasses import replace

from chartgate.findings.finding import Finding
from chartgate.releases.identity import About
from chartgate.tools.catalogue import version_key

# What one value or one helper makes wrong, it makes wrong on every object that takes it.
_OF_ONE_HELPER = frozenset({"labels", "names"})
# Who sets a field of a container or a pod that the others lack as well, sets it for all of them.
_OF_EACH_CONTAINER = frozenset({"pod-security", "resources"})
_CONTAINER = re.compile(r"^.*\bspec\b(\.(initC|c)ontainers\[\d+\] \([^)]*\))?|\[\d+\]")
_VERSION = re.compile(r"Kubernetes v?(\d+\.\d+(?:\.\d+)?)")
_HELM = re.compile(r"^Helm (embedded )?[\d.]+$")
_FRAME = re.compile(r"^Error: |\s+Use --debug flag to render out invalid YAML\s*$")
"""What a Helm program writes around an error, and its library does not."""
_LACKING = re.compile(r'"([^"]+)" is a required property|is missing, and every ')
_NUMBER = re.compile(r"\d+")
_RANDOM_END = re.compile(r"-(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{5,}$", re.IGNORECASE)


def defect_key(finding: Finding) -> tuple[str, ...]:
    """What findings of one defect have in common; the names of objects and Kubernetes versions are no part of it."""
    kind, name = finding.about.kind, finding.about.name
    what = without_versions(finding.what.replace(name, "") if kind else finding.what)
    if finding.check in _OF_ONE_HELPER:
        return finding.check, finding.rule, what, finding.remedy
    if finding.rule == "refused":
        # Where in what it prints a template is broken, and by which values, is another in each case.
        return finding.check, finding.rule, _HELM.sub("", finding.where), _NUMBER.sub("", _FRAME.sub("", what))
    if finding.check in _OF_EACH_CONTAINER:
        return finding.check, finding.rule, _CONTAINER.sub("", finding.where), what, finding.remedy
    if finding.check == "render":
        return finding.check, finding.rule, _HELM.sub("", finding.where), what
    if _is_of_definitions(finding):
        return finding.check, finding.rule, kind, what
    if finding.rule == "selector-overlap" or finding.check == "engines":
        return finding.check, finding.rule, kind, finding.where
    if lacking := _LACKING.match(what):
        # Of some versions the schema says it, of others the server's own rules.
        return "required", kind, f"{finding.where}.{lacking[1]}" if lacking[1] else finding.where
    return finding.check, finding.rule, kind, finding.where, what, finding.remedy


def object_key(finding: Finding) -> About | None:
    """What findings of one defect have in common within a release: two objects of one release are two defects.

    An object is the same whatever its random ending is.
    """
    if finding.check in _OF_ONE_HELPER | _OF_EACH_CONTAINER or _is_of_definitions(finding):
        return None
    return without_random_end(finding.about)


def _is_of_definitions(finding: Finding) -> bool:
    """Whether it is about a custom resource definition: one tool writes all of them, and what one version of Kubernetes
    does not know of them is one defect.
    """
    return (finding.check, finding.about.kind) == ("schema", "CustomResourceDefinition")


def without_versions(text: str) -> str:
    """A text without the numbers of Kubernetes versions in it."""
    return _VERSION.sub("Kubernetes", text)


def version_in(text: str) -> str:
    """The first Kubernetes version that a text names; empty where it names none."""
    found = _VERSION.search(text)
    return found[1] if found else ""


def with_versions(text: str, versions: Collection[str]) -> str:
    """A text with all of these Kubernetes versions in the place of the first that it names.

    >>> with_versions("is deprecated in Kubernetes 1.21", ["1.22", "1.21"])
    'is deprecated in Kubernetes 1.21 and 1.22'
    >>> with_versions("no such field (Kubernetes 1.9)", ["1.9", "1.10", "1.12"])
    'no such field (3 versions of Kubernetes from 1.9 to 1.12)'
    """
    if len(versions) < 2:
        return text
    first, *others = sorted(versions, key=version_key)
    words = f"{len(versions)} versions of Kubernetes from {first} to {others[-1]}"
    if len(others) == 1:
        words = f"Kubernetes {first} and {others[0]}"
    return _VERSION.sub(words, text, count=1)


def without_random_end(about: About) -> About:
    """An object without a random ending of its name, such as the `-x7k2p` of `migrate-x7k2p`; else the same."""
    return replace(about, name=_RANDOM_END.sub("", about.name)) if about.kind else about
