"""A matrix for a chart that has none: its switches and its choices, and the values it is tested with."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.tools.catalogue import version_key
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.schemas import minor_version
from chartgate.values.api_cases import apis_in_templates
from chartgate.values.chart import Chart
from chartgate.values.matrix import Axis, Constraint, Group, Matrix
from chartgate.values.settings import OLD_KUBERNETES, Settings
from chartgate.values.shape import Path_, dotted

MOST_AXES = 60
"""A chart with more switches than this gets those nearest to the top of its values."""
MOST_APIS = 6
"""A chart that asks about more APIs than this has them all at once in a case, but not each on its own."""


def find_matrix(chart: Chart, helm: tuple[str, ...] = (), kubernetes: tuple[str, ...] = ()) -> Matrix:
    """The matrix of a chart: the one that somebody wrote, else one made from what else it says.

    With `helm` and `kubernetes` it is made for these versions; where there are none, for those of the settings.

    The axes are then the versions of its settings, the APIs that its templates ask about, its CI values, each boolean
    and enum of values.schema.json, and each boolean of values.yaml that the schema does not fix; any two labels occur
    together.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    if chart.matrix is not None:
        return chart.matrix.for_versions(helm, kubernetes)
    settings = chart.settings.with_versions(helm=helm, kubernetes=kubernetes)
    switches = _switches(chart)
    axes = [*_versions(settings), *_apis_axis(chart), *_ci_axis(chart), *switches[:MOST_AXES]]
    # A matrix needs something to combine with: a chart without any switch is still rendered for each version.
    strength = min(2, len(axes))
    constraints = tuple(_untold(settings))
    group = Group(strength, tuple(axis.name for axis in axes), {})
    left_out = tuple(axis.name for axis in switches[MOST_AXES:])
    return Matrix(str(chart.folder), tuple(axes), constraints, (group,), left_out=left_out)


def _versions(settings: Settings) -> list[Axis]:
    return [
        Axis("helm", "helm", {version: version for version in settings.helm}),
        Axis("kubernetes", "kubernetes", {version: version for version in settings.kubernetes}),
    ]


def _untold(settings: Settings) -> Iterator[Constraint]:
    """Helm before 3.6 makes objects for Kubernetes 1.18 or so, which tell nothing of a newer one.

    Where the user asks for no later Helm, they are judged by the oldest Kubernetes.
    """
    old = {spec for spec in settings.helm if re.fullmatch(r"\d+\.\d+\.\d+", spec) and version_key(spec) < (3, 6)}
    ordered = sorted(settings.kubernetes, key=lambda version: version_key(minor_version(version)))
    first = version_key(minor_version(ordered[0]))
    newer = set(ordered if first > OLD_KUBERNETES and old < set(settings.helm) else ordered[1:])
    if old and newer:
        reason = "Helm before 3.6 cannot be told the Kubernetes version"
        yield Constraint((("helm", frozenset(old)), ("kubernetes", frozenset(newer))), reason)


def _apis_axis(chart: Chart) -> Iterator[Axis]:
    """What the cluster serves beside Kubernetes' own APIs: nothing, each API that templates ask about, and all."""
    asked = apis_in_templates(chart.files)
    single = {api: [api] for api in asked[:MOST_APIS]}
    if asked:
        yield Axis("apis", "apiVersions", {"none": [], **single, **({"all": asked} if len(asked) > 1 else {})})


def _ci_axis(chart: Chart) -> Iterator[Axis]:
    cases, shape = chart.ci_cases, chart.shape
    # Where a chart cannot do without values of the user, its defaults alone would only be refused, again and again.
    plain: dict[str, Any] = {"defaults": {}} if shape is None or shape.fits({}) else {}
    if cases:
        yield Axis("ci", "values", {**plain, **{case.name: read_one(case.values[0]) or {} for case in cases}})


def _switches(chart: Chart) -> list[Axis]:
    shape, defaults = chart.shape, chart.defaults
    # A schema need not mention all values.
    found: dict[Path_, list[Any]] = {
        path: [True, False] for path, value in _leaves(defaults) if isinstance(value, bool)
    }
    for place in shape.leaves if shape else ():
        choices = place.schema.get("enum") or ([True, False] if place.schema.get("type") == "boolean" else [])
        if place.path and len(choices) > 1:
            found[place.path] = choices
        elif "enum" in place.schema or "const" in place.schema:
            found.pop(place.path, None)
    found = {path: choices for path, choices in found.items() if dotted(path) not in chart.absent_switches}
    ordered = sorted(found.items(), key=lambda item: len(item[0]))
    return [Axis(dotted(path), "values", _choices(path, choices, defaults)) for path, choices in ordered]


def _choices(path: Path_, choices: list[Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The fragments of one axis, the default, which needs no fragment, first."""
    default: Any = defaults
    for key in path:
        default = default.get(key) if isinstance(default, Mapping) else None
    others = [choice for choice in choices if choice is not None and choice != default]
    return {"default": {}, **{_label(choice): _nested(path, choice) for choice in others}}


def _label(choice: Any) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice) or "empty"


def _nested(path: Path_, value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _leaves(values: Mapping[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value
