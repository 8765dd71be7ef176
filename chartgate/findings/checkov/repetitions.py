"""checkov's policies that say what a check of the gate says as well: reports tell both as one finding, the gate's.

A finding of checkov is a repetition if the gate has a finding about the same object and the same container, and whoever
mends that one has mended checkov's. So nothing gets lost: where the gate has no such finding, checkov's stays.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chartgate.findings.checkov.check import CHECK
from chartgate.findings.finding import Column, Finding, Verdict, container_in
from chartgate.releases.identity import About


@dataclass(frozen=True)
class Repetition:
    """A policy of checkov, and the check and the rule that say the same.

    `part` is a text that the place or the words of the gate's finding hold, where the rule is about several things.
    """

    policy: str
    check: str
    rule: str
    part: str = ""

    def repeats(self, failure: Finding, ours: Finding) -> bool:
        """Whether `failure` is of this policy, and says the same as a finding of the gate about the same object."""
        same_rule = (self.policy, self.check, self.rule) == (failure.rule, ours.check, ours.rule)
        same_part = self.part in f"{ours.where} {ours.what}"
        containers = {container_in(failure.where), container_in(ours.where)} - {""}
        return same_rule and same_part and len(containers) < 2


REPETITIONS: tuple[Repetition, ...] = (
    Repetition("CKV_K8S_8", "probes", "no-liveness"),
    Repetition("CKV_K8S_9", "probes", "no-readiness"),
    Repetition("CKV_K8S_10", "resources", "no-request", "requests.cpu"),
    Repetition("CKV_K8S_12", "resources", "no-request", "requests.memory"),
    Repetition("CKV_K8S_13", "resources", "no-limit"),
    Repetition("CKV_K8S_14", "images", "not-pinned"),
    Repetition("CKV_K8S_14", "images", "reference"),
    Repetition("CKV_K8S_16", "pod-security", "privileged"),
    Repetition("CKV_K8S_17", "pod-security", "host-namespaces", "hostPID"),
    Repetition("CKV_K8S_18", "pod-security", "host-namespaces", "hostIPC"),
    Repetition("CKV_K8S_19", "pod-security", "host-namespaces", "hostNetwork"),
    Repetition("CKV_K8S_20", "pod-security", "escalation"),
    Repetition("CKV_K8S_23", "pod-security", "run-as-non-root"),
    Repetition("CKV_K8S_25", "pod-security", "capabilities", "capabilities.add"),
    Repetition("CKV_K8S_26", "pod-security", "host-ports"),
    Repetition("CKV_K8S_27", "pod-security", "volume-types", "hostPath"),
    Repetition("CKV_K8S_28", "pod-security", "capabilities", "capabilities.drop"),
    # Who sets what a pod or a container without a security context lacks, writes one.
    Repetition("CKV_K8S_29", "pod-security", "run-as-non-root"),
    Repetition("CKV_K8S_29", "pod-security", "seccomp"),
    Repetition("CKV_K8S_30", "pod-security", "escalation"),
    Repetition("CKV_K8S_31", "pod-security", "seccomp"),
    Repetition("CKV_K8S_37", "pod-security", "capabilities", "capabilities.drop"),
    Repetition("CKV_K8S_39", "pod-security", "capabilities", "SYS_ADMIN"),
)


def merged(columns: Sequence[Column], told: Callable[[str, str], bool]) -> list[Column]:
    """The verdicts without checkov's repetitions; the findings that they repeat name them (`Finding.also`).

    Args:
        columns: the verdicts of a run.
        told: whether the run tells of a rule, given its check and key: what is not told cannot be repeated.
    """
    by_check = dict(columns)
    compared = {id(one.rendered): _Compared(one.findings) for one in by_check.get(CHECK.key, ()) if one.findings}
    for check in dict.fromkeys(one.check for one in REPETITIONS):
        for verdict in by_check.get(check, ()):
            if id(verdict.rendered) in compared:
                compared[id(verdict.rendered)].take(one for one in verdict.findings if told(check, one.rule))

    def kept(verdict: Verdict) -> Verdict:
        render = compared.get(id(verdict.rendered))
        return replace(verdict, findings=tuple(render.kept(verdict.findings))) if render else verdict

    return [(key, [kept(verdict) for verdict in verdicts]) for key, verdicts in columns]


class _Compared:
    """The findings of checkov in a render, and which of them are repetitions of the gate's."""

    def __init__(self, failures: Iterable[Finding]) -> None:
        self._failures: defaultdict[About, list[Finding]] = defaultdict(list)
        for failure in failures:
            self._failures[failure.about].append(failure)
        self._repetitions: set[Finding] = set()
        self._also: defaultdict[Finding, list[str]] = defaultdict(list)

    def take(self, findings: Iterable[Finding]) -> None:
        """Compare findings of the gate; the first that says the same as one of checkov's names it."""
        for ours in findings:
            for failure in self._failures.get(ours.about, ()):
                if failure not in self._repetitions and any(one.repeats(failure, ours) for one in REPETITIONS):
                    self._repetitions.add(failure)
                    self._also[ours].append(f"{failure.check}/{failure.rule}")

    def kept(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings of a check that are no repetitions, each with those that it is told for."""
        for finding in findings:
            if finding not in self._repetitions:
                also = self._also.get(finding)
                yield replace(finding, also=tuple(also)) if also else finding
