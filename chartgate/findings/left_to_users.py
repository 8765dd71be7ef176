"""Warnings that are told apart, since authors of charts leave to others what they are about.

An empty value such as `resources: {}` is empty on purpose, as in a chart of `helm create`: "we usually recommend not to
specify default resources and to leave this as a conscious choice for the user". And the pod of a `helm test` runs for
some seconds, when somebody asks for it.
"""

from collections.abc import Iterator, Sequence

from chartgate.findings.finding import Column, Finding
from chartgate.findings.own_switches import WORKMANSHIP, FindingKey, avoidable, key_of
from chartgate.releases.release import Release

OF_USERS = "an empty value of values.yaml leaves it to the user"
OF_TESTS = "only helm test runs the pod"


class LeftToUsers:
    """The warnings about how well a chart is made that filled values mend, and those about the pods of tests.

    Args:
        columns: the verdicts of a run, with all findings.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._avoidable: frozenset[tuple[str, FindingKey]] = frozenset(
            (key, one)
            for key, verdicts in columns
            if key in WORKMANSHIP
            for one in avoidable(verdicts, lambda case: case.origin == "filled")
        )
        self._told: dict[Finding, str] = {}

    def reason(self, finding: Finding, release: Release) -> str:
        """Why a finding of a release is told apart; empty for one that counts."""
        if finding.check not in WORKMANSHIP or finding.severity == "error":
            return ""
        why = OF_USERS if (finding.check, key_of(finding, release)) in self._avoidable else _of_tests(finding, release)
        if why:
            self._told[finding] = why
        return why

    def notices(self) -> Iterator[str]:
        """A sentence about the findings of each reason."""
        for why in (OF_USERS, OF_TESTS):
            told = [finding for finding, reason in self._told.items() if reason == why]
            if told:
                counted = "1 warning does" if len(told) == 1 else f"{len(told)} warnings do"
                checks = ", ".join(sorted({finding.check for finding in told}))
                yield f"{counted} not count ({checks}): {why}; --strict lists them"


def _of_tests(finding: Finding, release: Release) -> str:
    made = (obj for obj in release if obj.about == finding.about)
    return OF_TESTS if any(hook.startswith("test") for obj in made for hook in obj.hooks) else ""
