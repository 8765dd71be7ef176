"""The first column of every report: Helm renders what it has to render, and refuses what it has to refuse."""

import re

from chartgate.findings.finding import Finding, Verdict
from chartgate.releases.jobs import Outcome
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered

KEY = "render"
# Before a cluster, a Helm that cannot be told the Kubernetes version would ask for it; here it has one of its own.
_ASKS_FOR_ANOTHER_KUBERNETES = re.compile(r"chart requires kubeVersion: .* incompatible with Kubernetes")


def judge(outcome: Outcome) -> Verdict:
    """Whether what came of a job is what its case says."""
    job, case = outcome.job, outcome.job.case
    where = f"Helm {job.helm.label}"
    release = outcome.release or Release(case.release, case.namespace, job.helm.label, job.kube_version, ())
    rendered = Rendered(
        case, release, embedded=outcome.embedded if outcome.release else None, harmless=outcome.harmless
    )
    if outcome.release is None and case.refusal is None:
        if not job.helm.knows_kube_version and _ASKS_FOR_ANOTHER_KUBERNETES.search(outcome.refusal):
            return Verdict(rendered, 0, ())
        remedy = f"try the case by hand ({case.proves or 'no comment'})"
        return _verdict(rendered, Finding(KEY, "refused", case.name, where, outcome.refusal, remedy))
    if case.refusal is not None:
        answers = {where: outcome.refusal}
        if isinstance(outcome.embedded, Release | str):
            answers["Helm's library"] = outcome.embedded if isinstance(outcome.embedded, str) else ""
        return _verdict(
            rendered,
            *(
                Finding(
                    KEY,
                    "not-refused",
                    case.name,
                    who,
                    _unlike(case.refusal, answer),
                    "refuse it in the schema or in a guard",
                )
                for who, answer in answers.items()
                if not case.refused_as_expected(answer)
            ),
        )
    remedy = "correct the values or the template that Helm names"
    found = [Finding(KEY, "warning", case.name, where, line, remedy) for line in release.warnings]
    if not len(release):
        found.append(Finding(KEY, "empty", case.name, where, "renders no object", "look at the case's values"))
    return Verdict(rendered, len(release), tuple(found))


def _verdict(rendered: Rendered, *found: Finding) -> Verdict:
    return Verdict(rendered, 1, found)


def _unlike(expected: str, answer: str) -> str:
    said = f"; it says: {answer}" if answer else ""
    return f"is not refused with: {expected}{said}"
