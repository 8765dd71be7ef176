"""Variants of a case: further renders that a check asks for because it compares two releases.

A check lists them in `Check.variants` and reads the answers in `Rendered.variants`. They are rendered for the cases
that the chart's author wrote (the defaults and ci/*), for the newest Kubernetes of the run only: what they tell depends
on the templates, hardly on the version, and each costs one render.

A gate renders what `ask` lists and hands the outcomes to `answer`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgate.releases.next_version import next_version
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import Case


@dataclass(frozen=True)
class Variant:
    """How a variant differs from its case; what is not given stays as it is.

    `values` are YAML texts that win over the case's own. `needs` is the dotted path of a value without which the
    variant makes no sense for a chart. `upgrade`: an upgrade of a release that has the case's own objects.
    """

    key: str
    title: str
    release: str = ""
    values: tuple[str, ...] = ()
    next_version: bool = False
    needs: str = ""
    upgrade: bool = False

    def of(self, chart: ChartFiles, case: Case) -> tuple[ChartFiles, Case] | None:
        """The chart and the case to render; None when the chart has no such value."""
        if self.needs and not _has_value(chart, self.needs):
            return None
        changed = replace(case, release=self.release or case.release, values=(*case.values, *self.values))
        return next_version(chart) if self.next_version else chart, changed


# The empty values change nothing but the key under which the render is kept, so that the chart is rendered anew.
AGAIN = Variant("again", "the same once more", values=("{}\n",))
NEXT_VERSION = Variant("next-version", "the chart's next version", next_version=True)
UPGRADE = Variant("upgrade", "an upgrade of the installed release", upgrade=True)
# As long as Helm lets a release's name be.
LONG_RELEASE = Variant(
    "long-release", "a release name of 53 characters", release="a-release-name-that-is-as-long-as-helm-allows-it-to-b"
)
OTHER_REGISTRY = Variant(
    "other-registry",
    "every image from a registry of the user's own",
    values=("global: {imageRegistry: mirror.example:5000/all}\n",),
    needs="global.imageRegistry",
)


@dataclass(frozen=True)
class Asked:
    """A variant to render: `chart` and `case` are its own, everything else is as in the render at `index`."""

    index: int
    variant: Variant
    chart: ChartFiles
    case: Case


def variants_of(sets: Iterable[Sequence[Variant]]) -> list[Variant]:
    """The variants that checks declare, each once."""
    return list(dict.fromkeys(variant for some in sets for variant in some))


def ask(chart: ChartFiles, renders: Sequence[Rendered], variants: Sequence[Variant]) -> list[Asked]:
    """What to render besides: each variant of each case that the chart's author wrote.

    Of a case's renders the first one for the newest Kubernetes is varied; runs name Helm's library first.
    """
    newest: dict[str, int] = {}
    for index, rendered in enumerate(renders):
        name = rendered.case.name
        if len(rendered.release) and (name == "defaults" or name.startswith("ci/")):
            before = newest.setdefault(name, index)
            if _minor(rendered) > _minor(renders[before]):
                newest[name] = index
    asked = []
    for index in newest.values():
        for variant in variants:
            changed = variant.of(chart, renders[index].case)
            if changed is not None:
                asked.append(Asked(index, variant, *changed))
    return asked


def answer(
    renders: Sequence[Rendered], asked: Sequence[Asked], outcomes: Iterable[Release | Exception]
) -> list[Rendered]:
    """The renders with the outcomes of what was asked, in the same order; an exception is Helm's refusal."""
    made: defaultdict[int, dict[str, Release]] = defaultdict(dict)
    refused: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for one, outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Release):
            made[one.index][one.variant.key] = outcome
        else:
            refused[one.index][one.variant.key] = str(outcome)
    return [
        replace(rendered, variants=made[index], refusals=refused[index])
        if index in made or index in refused
        else rendered
        for index, rendered in enumerate(renders)
    ]


def _minor(rendered: Rendered) -> tuple[int, ...]:
    return version_key(rendered.release.kube_version)


def _has_value(chart: ChartFiles, path: str) -> bool:
    value: Any = chart.mapping("values.yaml")
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True
