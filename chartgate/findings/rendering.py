"""The first column of every report: Helm renders what it has to render, and refuses what it has to refuse."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.finding import Column, Verdict
from chartgate.findings.scopes import EachRender
from chartgate.releases.comparisons import LIBRARY
from chartgate.releases.rendered import Rendered
from chartgate.releases.stored_size import LARGEST, Oversize

# Before a cluster, a Helm that cannot be told the Kubernetes version would ask for it; here it has one of its own.
_ASKS_FOR_ANOTHER_KUBERNETES = re.compile(r"chart requires kubeVersion: .* incompatible with Kubernetes")


def count(rendered: Rendered) -> int:
    """The objects of a render; 1 for a refusal; none where the Helm judged by a Kubernetes version of its own."""
    helm = rendered.helm
    told = helm is None or helm.knows_kube_version
    if rendered.case.refusal is None and not told and _ASKS_FOR_ANOTHER_KUBERNETES.search(rendered.refusal):
        return 0
    return max(1, len(rendered.release))


def judge(rendered: Rendered) -> Iterator[Fault]:
    """Faults of a render that did not come out as its case says."""
    case, where = rendered.case, f"Helm {rendered.release.helm_version}"
    if case.refusal is not None:
        answers = {where: rendered.refusal}
        library = rendered.others.get(LIBRARY.key)
        if library is not None:
            answers["Helm's library"] = library if isinstance(library, str) else ""
        for who, answer in answers.items():
            if not case.refused_as_expected(answer):
                yield Fault("not-refused", who, _unlike(case.refusal, answer))
    elif rendered.refusal:
        yield Fault("refused", where, rendered.refusal, f"try the case by hand ({case.proves or 'no comment'})")
    else:
        for line in rendered.release.warnings:
            yield Fault("warning", where, line)
        if not len(rendered.release):
            yield Fault("empty", where, "renders no object")
        if rendered.release.oversize:
            yield Fault("release-size", "", _too_large(rendered.release.oversize))


def without_empty_defaults(columns: Sequence[Column]) -> list[Column]:
    """The verdicts without cases that render no object, where the chart makes only what values ask it for.

    That is so where its defaults are such a case, and another case renders an object.
    """
    verdicts = dict(columns).get(CHECK.key, ())
    defaults = [one.rendered for one in verdicts if one.rendered.case.name == "defaults"]
    empty = defaults and not any(one.refusal or len(one.release) for one in defaults)
    if not empty or not any(len(one.rendered.release) for one in verdicts):
        return list(columns)
    return [(key, [_not_empty(one) for one in some] if key == CHECK.key else some) for key, some in columns]


def _not_empty(verdict: Verdict) -> Verdict:
    return replace(verdict, findings=tuple(one for one in verdict.findings if one.rule != "empty"))


def _too_large(found: Oversize) -> str:
    return (
        f"makes a release of {found.size / LARGEST:.1f} MiB, and the Secret in which Helm stores it can hold 1 MiB; "
        f"the largest parts are {', '.join(found.largest)}"
    )


def _unlike(expected: str, answer: str) -> str:
    said = f"; it says: {answer}" if answer else ""
    return f"is not refused with: {expected}{said}"


CHECK = Check(
    key="render",
    title="Helm renders the case",
    why="A case that Helm refuses cannot be installed, and one that renders no object installs nothing.",
    source="Helm documentation, helm template; helm/helm, pkg/storage/driver",
    scopes=(EachRender(judge, count=count),),
    rules={
        "refused": Rule(
            "Helm refuses a case that it has to render",
            "correct the values or the template that Helm names",
            "{{ .Values.image.tag }} where image is null",
        ),
        "not-refused": Rule(
            "Helm renders a case that it has to refuse, or refuses it with other words",
            "refuse it in the schema or in a guard",
            "two values that exclude each other, and no template calls fail",
        ),
        "warning": Rule(
            "Helm prints a warning beside the objects",
            "correct the values or the template that Helm names",
            "coalesce.go: warning: cannot overwrite table with non table",
            severity="warning",
        ),
        "release-size": Rule(
            "a release with the chart's files is larger than 1 MiB as Helm stores it, so it cannot be installed",
            "list the files that no template reads in .helmignore, or make the files or the manifests smaller",
            "a picture of 2 MiB in the chart's folder",
        ),
        "empty": Rule("a case renders no object", "look at the case's values", "enabled: false"),
        "uncovered": Rule(
            "the cases of a matrix do not have every combination that its strength asks for",
            "correct the axes or the constraints",
            "constraints that rule out each combination of two labels",
            severity="warning",
        ),
        "too-few": Rule(
            "nearly all generated values contradict themselves, so that few cases are left",
            "say in the schema what the guards refuse, or keep such values in the matrix' generated.keep",
            "a guard refuses half of what values.schema.json allows",
            severity="warning",
        ),
    },
)
