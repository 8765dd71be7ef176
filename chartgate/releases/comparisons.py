"""Comparisons: a case is rendered again, otherwise, and a check compares the two releases.

A check names a comparison in a scope (`EachComparison`); the gate renders what the checks name and keeps it in
`Rendered.others`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count
from typing import Any

from chartgate.releases.jobs import Job, render_case, render_jobs
from chartgate.releases.next_version import next_application, next_version
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.releases.rendered import Rendered
from chartgate.releases.upgrade import render_upgrade
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EMBEDDED, EmbeddedHelm
from chartgate.tools.engines import REFERENCE_SPEC, Engine
from chartgate.tools.helm import Helm, is_at_hand
from chartgate.tools.progress import track
from chartgate.values.case import Case


@dataclass(frozen=True)
class First:
    """The first render, and what it was made of. `api_versions` are what every cluster serves."""

    chart: ChartFiles
    release: Release
    job: Job
    api_versions: Sequence[str]

    def again(self, *, chart: ChartFiles | None = None, helm: Engine | None = None, **case: Any) -> Release:
        """The same rendered with another chart, Helm or field of the case.

        Raises:
            RenderError: Helm refuses it.
            GateError: Helm cannot be run.
        """
        job = replace(self.job, case=replace(self.job.case, **case), helm=helm or self.job.helm)
        return render_case(chart or self.chart, job, self.api_versions, quick_keys=True)


@dataclass(frozen=True)
class Comparison:
    """A way to render a case otherwise.

    Args:
        title: what is rendered.
        render: makes the other release; None where a chart has nothing to compare.
        of_authors: only cases that the chart's author wrote (the defaults and ci/*) are rendered otherwise, for the
            newest Kubernetes of the run: what it tells hangs on the templates, hardly on the version.
        wanted: whether a render is compared at all.
    """

    key: str
    title: str
    render: Callable[[First], Release | None]
    of_authors: bool = True
    wanted: Callable[[Rendered], bool] = lambda rendered: bool(len(rendered.release))


def _upgrade(first: First) -> Release | None:
    if not is_at_hand(REFERENCE_SPEC):
        return None
    return render_upgrade(first.chart, first.job, first.release, first.api_versions)


def _next_application(first: First) -> Release | None:
    chart = next_application(first.chart)
    return None if chart is None else first.again(chart=chart)


def _other_registry(first: First) -> Release | None:
    if not _has_value(first.chart, "global.imageRegistry"):
        return None
    values = (*first.job.case.values, f"global: {{imageRegistry: {REGISTRY.rstrip('/')}}}\n")
    return first.again(values=values)


def _harmless_word(first: First) -> Release | None:
    try:
        return first.again(values=first.job.case.harmless)
    except RenderError:
        return None  # the word contradicts another value, so that there is nothing to compare


REGISTRY = "mirror.example:5000/all/"
"""A registry of the user's own, as images begin with it."""

LIBRARY = Comparison(
    "library",
    "the same by Helm's library",
    lambda first: first.again(helm=EMBEDDED),
    of_authors=False,
    # What a program refuses, the library must refuse as well.
    wanted=lambda rendered: isinstance(rendered.helm, Helm),
)
HARMLESS_WORD = Comparison(
    "harmless-word",
    "a harmless word in the place of a hostile text",
    _harmless_word,
    of_authors=False,
    wanted=lambda rendered: bool(rendered.case.harmless and len(rendered.release)),
)
AGAIN = Comparison(
    "again",
    "the same once more",
    # The empty values change nothing but the key under which the render is kept, so that the chart is rendered anew.
    lambda first: first.again(values=(*first.job.case.values, "{}\n")),
)
NEXT_VERSION = Comparison(
    "next-version", "the chart's next version", lambda first: first.again(chart=next_version(first.chart))
)
NEXT_APPLICATION = Comparison("next-application", "the application's next version", _next_application)
UPGRADE = Comparison("upgrade", "an upgrade of the installed release", _upgrade)
LONG_NAME = "a-release-name-that-is-as-long-as-helm-allows-it-to-b"
LONG_RELEASE = Comparison(
    "long-release", "a release name of 53 characters", lambda first: first.again(release=LONG_NAME)
)
OTHER_REGISTRY = Comparison("other-registry", "every image from a registry of the user's own", _other_registry)


def compare(
    chart: ChartFiles, renders: Sequence[Rendered], comparisons: Iterable[Comparison], api_versions: Sequence[str]
) -> list[Rendered]:
    """The renders, each with what the comparisons make of its case.

    Raises:
        GateError: Helm cannot be run.
    """
    asked = [(index, one) for one in dict.fromkeys(comparisons) for index in _compared(renders, one)]
    by_library = {_inputs(one): one for one in renders if isinstance(one.helm, EmbeddedHelm)}

    def attempt(task: tuple[int, Comparison]) -> Release | str | None:
        rendered = renders[task[0]]
        if rendered.helm is None:
            return None
        if task[1] is LIBRARY and (same := by_library.get(_inputs(rendered))):
            return same.refusal or same.release
        job = Job(rendered.case, rendered.helm, rendered.release.kube_version, rendered.full_version)
        try:
            return task[1].render(First(chart, rendered.release, job, api_versions))
        except RenderError as error:
            return str(error)

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        answers = list(track(pool.map(attempt, asked), len(asked), "rendering to compare"))
    others: dict[int, dict[str, Release | str]] = {}
    for (index, comparison), answer in zip(asked, answers, strict=True):
        if answer is not None:
            others.setdefault(index, {})[comparison.key] = answer
    return [_with(rendered, others.get(index, {})) for index, rendered in enumerate(renders)]


def render_like(
    chart: ChartFiles, case: Case, like: Rendered, api_versions: Sequence[str], *, by_program: bool = True
) -> Rendered:
    """Render a case by the Helm and for the Kubernetes version that rendered an earlier one, and again by Helm's
    library if the earlier one was.

    Args:
        by_program: False leaves out a Helm program where Helm's library rendered the earlier case as well.

    Raises:
        GateError: Helm cannot be run.
    """
    compared = [LIBRARY] if LIBRARY.key in like.others else []
    helm = like.helm or EMBEDDED
    if compared and not by_program:
        compared, helm = [], EMBEDDED
    job = Job(case, helm, like.release.kube_version, like.full_version)
    return compare(chart, render_jobs(chart, [job], api_versions, what="shrinking"), compared, api_versions)[0]


def _compared(renders: Sequence[Rendered], comparison: Comparison) -> list[int]:
    """Which renders are compared: of an author's case the first for the newest Kubernetes, that of Helm's library."""
    wanted = [index for index, rendered in enumerate(renders) if comparison.wanted(rendered)]
    if not comparison.of_authors:
        return wanted
    newest: dict[str, int] = {}
    for index in wanted:
        case = renders[index].case
        if case.is_of_author:
            before = newest.setdefault(case.name, index)
            if _version(renders[index]) > _version(renders[before]):
                newest[case.name] = index
    return list(newest.values())


def _inputs(rendered: Rendered) -> tuple[Case, str, str]:
    """What decides a render, beside the Helm."""
    return rendered.case, rendered.release.kube_version, rendered.full_version


def _with(rendered: Rendered, others: Mapping[str, Release | str]) -> Rendered:
    if not others:
        return rendered
    library = others.get(LIBRARY.key)
    if isinstance(library, Release) and library.left_out:
        # Only Helm's library shows what Helm leaves out.
        rendered = replace(rendered, release=replace(rendered.release, left_out=library.left_out))
    return replace(rendered, others={**rendered.others, **others})


def _version(rendered: Rendered) -> tuple[int, ...]:
    return version_key(rendered.release.kube_version)


def _has_value(chart: ChartFiles, path: str) -> bool:
    value: Any = chart.mapping("values.yaml")
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True
