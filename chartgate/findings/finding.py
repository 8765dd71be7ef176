"""What a check reports: findings, and how much it looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chartgate.releases.identity import About
from chartgate.releases.rendered import Rendered

Severity = Literal["error", "warning", "note"]
"""The severity of a finding: an error stops an installation or breaks what it does; a warning is against good
practice; a note is listed apart and never changes the exit code. The words are those of SARIF.
"""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The highest first."""
_CONTAINER = re.compile(r"(initContainers|containers)/?(\[\d+\])")


def container_in(where: str) -> str:
    """The list and the index of the container that a place in a pod names, in either way of writing; empty for none.

    >>> container_in("spec.template.spec.containers[0] (web).image"), container_in("spec/initContainers/[1]/image")
    ('containers[0]', 'initContainers[1]')
    """
    found = _CONTAINER.search(where)
    return found[1] + found[2] if found else ""


@dataclass(frozen=True)
class Finding:
    """One defect. Never holds a Secret's data.

    `rule` names it within its check; `about` is the object, or what else is at fault; `where` the place in it.
    `target` is the object that a reference means but nothing makes; None for any other finding. `also` are rules of
    other programs that say the same, such as "checkov/CKV_K8S_8"; they make no difference between findings.
    """

    check: str
    rule: str
    about: About
    where: str
    what: str
    remedy: str
    target: About | None = None
    severity: Severity = "error"
    also: tuple[str, ...] = field(default=(), compare=False)

    @property
    def gravity(self) -> int:
        """A number by which findings are sorted, errors first."""
        return SEVERITIES.index(self.severity)

    @property
    def sentence(self) -> str:
        """The object, the place, what is wrong and what to do, as one line."""
        where = f" {self.where}:" if self.where else ""
        return f"{self.about}:{where} {self.what}: {self.remedy}"


@dataclass(frozen=True)
class Verdict:
    """What one check says of one render: how many things it examined, what it found, and what it notes beside that."""

    rendered: Rendered
    examined: int
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()


Column = tuple[str, Sequence[Verdict]]
"""The key of a check, and its verdicts."""
