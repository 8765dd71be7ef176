"""Variants of a case: further renders that a check asks for because it compares two releases.

A check lists them in `Check.variants` and reads the answers in `Rendered.variants`. They are rendered for the cases
that the chart's author wrote (the defaults and ci/*), by the newest Helm for the newest Kubernetes of the run: what
they tell depends on the templates, hardly on the version, and each costs one render.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from chartgate.releases.next_version import next_version
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case


@dataclass(frozen=True)
class Variant:
    """How a variant differs from its case; what is not given stays as it is.

    `values` are YAML texts that win over the case's own. `needs` is the dotted path of a value without which the
    variant makes no sense for a chart.
    """

    key: str
    title: str
    release: str = ""
    values: tuple[str, ...] = ()
    next_version: bool = False
    needs: str = ""

    def of(self, chart: Path, case: Case) -> tuple[Path, Case] | None:
        """The chart and the case to render; None when the chart has no such value.

        Raises:
            GateError: the chart cannot be copied.
        """
        if self.needs and not _has_value(chart, self.needs):
            return None
        changed = replace(case, release=self.release or case.release, values=(*case.values, *self.values))
        return next_version(chart) if self.next_version else chart, changed


# The empty values change nothing but the key under which the render is kept, so that the chart is rendered anew.
AGAIN = Variant("again", "the same once more", values=("{}\n",))
NEXT_VERSION = Variant("next-version", "the chart's next version", next_version=True)
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

RenderVariant = Callable[[Path, Case, Release], Release | str]
"""Renders a chart and a case with the versions that an earlier release was made by; Helm's refusal as text."""


def variants_of(sets: Iterable[Sequence[Variant]]) -> list[Variant]:
    """The variants that checks declare, each once."""
    return list(dict.fromkeys(variant for some in sets for variant in some))


def with_variants(
    chart: Path, renders: Sequence[Rendered], variants: Sequence[Variant], render: RenderVariant
) -> tuple[list[Rendered], dict[tuple[str, str], str]]:
    """The renders, with their variants where they have any, and Helm's refusals by case and variant.

    Raises:
        GateError: Helm cannot be run, or the chart cannot be copied.
    """
    last: defaultdict[str, list[int]] = defaultdict(list)
    for index, rendered in enumerate(renders):
        if rendered.case.name == "defaults" or rendered.case.name.startswith("ci/"):
            last[rendered.case.name].append(index)
    result, refusals = list(renders), {}
    for name, indices in last.items():
        newest = max(indices, key=lambda index: _versions(renders[index].release))
        rendered, made = renders[newest], {}
        for variant in variants:
            changed = variant.of(chart, rendered.case)
            if changed is None:
                continue
            answer = render(*changed, rendered.release)
            if isinstance(answer, str):
                refusals[name, variant.key] = answer
            else:
                made[variant.key] = answer
        result[newest] = replace(rendered, variants=made)
    return result, refusals


def _versions(release: Release) -> tuple[Any, Any]:
    return version_key(release.kube_version), version_key(release.helm_version)


def _has_value(chart: Path, path: str) -> bool:
    try:
        value = read_one((chart / "values.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return False  # Helm reports a values.yaml that it cannot read
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True
