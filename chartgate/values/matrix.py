"""A chart's `matrix.yaml`, as the gate works with it; `matrix_file.py` documents every key."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from msgspec import UNSET

from chartgate.errors import GateError
from chartgate.tools.models import parsed
from chartgate.tools.reading import Reading
from chartgate.values.matrix_file import KINDS, AxisEntry, Kept, MatrixFile, Unvaried

FILE_NAME = "matrix.yaml"

AxisKind = Literal["helm", "kubernetes", "release", "apiVersions", "values"]
ONE_KIND = f"needs exactly one of {', '.join(KINDS)}: give the axis its choices under one of them"

Combination = tuple[tuple[str, frozenset[str]], ...]
"""Axes and, of each, the labels that count: a case has the combination when every axis has one of its labels."""


@dataclass(frozen=True)
class Axis:
    """One thing that can be chosen. `choices` are the labels and what each stands for: a version, a release name, API
    versions or a values fragment, by `kind`."""

    name: str
    kind: AxisKind
    choices: Mapping[str, Any]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, the plainest first."""
        return tuple(self.choices)


@dataclass(frozen=True)
class Constraint:
    """A combination that no case of the array may have.

    `refusal` is the text with which Helm must refuse it; None where it makes no sense, for which `reason` is why.
    """

    when: Combination
    reason: str = ""
    refusal: str | None = None


@dataclass(frozen=True)
class Group:
    """Axes, by name, every `strength` of which are combined in all ways; of those in `only`, just these labels."""

    strength: int
    axes: tuple[str, ...]
    only: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Matrix:
    """A chart's ways to be installed, and how thoroughly to combine them. `source` is where they are written.

    `narrowed`: only some of its versions are asked for, so that some combinations to be refused cannot occur.
    `left_out` are the switches, values paths, that a matrix made for a chart has no axis for.
    """

    source: str
    axes: tuple[Axis, ...]
    constraints: tuple[Constraint, ...]
    groups: tuple[Group, ...]
    unvaried: tuple[Unvaried, ...] = ()
    guards: tuple[str, ...] = ()
    keep: tuple[Kept, ...] = ()
    narrowed: bool = False
    left_out: tuple[str, ...] = ()

    def for_versions(self, helm: Collection[str], kubernetes: Collection[str]) -> "Matrix":
        """The matrix with only these versions on its version axes, so that its array is made for what is rendered.

        An empty collection leaves an axis as it is. Constraints and groups keep what they say of labels that are left.
        """
        asked = {"helm": helm, "kubernetes": kubernetes}
        axes = tuple(_only(axis, asked.get(axis.kind, ())) for axis in self.axes)
        labels = {axis.name: frozenset(axis.labels) for axis in axes}
        constraints = []
        for constraint in self.constraints:
            when = tuple((name, some & labels[name]) for name, some in constraint.when)
            if all(some for _, some in when):
                constraints.append(replace(constraint, when=when))
        groups = tuple(
            replace(group, only={name: left for name, some in group.only.items() if (left := some & labels[name])})
            for group in self.groups
        )
        return replace(self, axes=axes, constraints=tuple(constraints), groups=groups, narrowed=axes != self.axes)

    def fragments(self) -> Iterator[Mapping[str, Any]]:
        """Every values fragment of every axis."""
        for axis in self.axes:
            if axis.kind == "values":
                yield from axis.choices.values()


def _only(axis: Axis, versions: Collection[str]) -> Axis:
    """A version axis with these versions, under the axis' own labels where it has them."""
    if not versions:
        return axis
    kept = {label: version for label, version in axis.choices.items() if version in versions}
    return replace(axis, choices=kept | {one: one for one in versions if one not in kept.values()})


def read_matrix(path: Path, reading: Reading | None = None) -> Matrix:
    """The matrix in file `path`, which may also be a pipe.

    Raises:
        GateError: the file is not YAML, breaks its schema, or names an axis or label that it does not have; the message
            tells every such place.
    """
    content = (reading or Reading()).content(path, may_be_pipe=True)
    if content is None:
        raise GateError(f"{path}: cannot be read: there is no such file")
    file = parsed(content, path, MatrixFile, one_of=ONE_KIND)
    complaints = list(_contradictions(file))
    if complaints:
        raise GateError("\n".join(f"{path}: {complaint}" for complaint in complaints))
    return _matrix(str(path), file)


def _contradictions(file: MatrixFile) -> Iterator[str]:
    """What the schema cannot see: names that stand twice, and names that nothing has."""
    labels: dict[str, tuple[str, ...]] = {}
    for index, entry in enumerate(file.axes):
        if entry.name in labels:
            yield f"axes[{index}]: the name {entry.name} stands twice: rename one"
        labels[entry.name] = _axis(entry).labels
    kinds: list[str] = [_axis(entry).kind for entry in file.axes]
    for kind in ("helm", "kubernetes", "release"):
        if kinds.count(kind) > 1:
            yield f"axes: {kinds.count(kind)} axes have {kind}: a case has one, so keep one axis"
    for index, exclusion in enumerate(file.constraints.exclude):
        yield from _unknown(f"constraints.exclude[{index}].when", exclusion.when, labels)
    for index, refusal in enumerate(file.constraints.refuse):
        yield from _unknown(f"constraints.refuse[{index}].when", refusal.when, labels)
    for index, strength in enumerate(file.strength):
        names = list(labels) if strength.axes is UNSET else strength.axes
        yield from _unknown(f"strength[{index}].axes", dict.fromkeys(names, ()), labels)
        yield from _unknown(f"strength[{index}].only", strength.only, labels)
        if strength.t > len(names):
            yield f"strength[{index}]: t is {strength.t}, but there are only {len(names)} axes: lower t"


def _unknown(
    where: str, names: Mapping[str, str | Sequence[str]], labels: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for name, wanted in names.items():
        if name not in labels:
            yield f"{where}: no axis is called {name}: use one of {', '.join(labels)}"
            continue
        for label in sorted(_labels(wanted) - set(labels[name])):
            yield f"{where}.{name}: the axis has no label {label}: use one of {', '.join(labels[name])}"


def _matrix(source: str, file: MatrixFile) -> Matrix:
    axes = tuple(_axis(entry) for entry in file.axes)
    excluded = (Constraint(_combination(entry.when), entry.reason) for entry in file.constraints.exclude)
    refused = (Constraint(_combination(entry.when), refusal=entry.refusal) for entry in file.constraints.refuse)
    return Matrix(
        source,
        axes,
        (*excluded, *refused),
        tuple(
            Group(
                entry.t,
                tuple(axis.name for axis in axes) if entry.axes is UNSET else tuple(entry.axes),
                {name: _labels(labels) for name, labels in entry.only.items()},
            )
            for entry in file.strength
        ),
        tuple(file.unvaried),
        tuple(file.generated.guards),
        tuple(file.generated.keep),
    )


def _combination(when: Mapping[str, str | Sequence[str]]) -> Combination:
    return tuple((name, _labels(labels)) for name, labels in when.items())


def _axis(entry: AxisEntry) -> Axis:
    choices: dict[AxisKind, Any] = {
        "helm": entry.helm,
        "kubernetes": entry.kubernetes,
        "release": entry.release,
        "apiVersions": entry.api_versions,
        "values": entry.values,
    }
    kind, chosen = next((kind, chosen) for kind, chosen in choices.items() if chosen is not UNSET)
    if isinstance(chosen, list):
        return Axis(entry.name, kind, {version: version for version in chosen})
    return Axis(entry.name, kind, {label: choice or {} for label, choice in chosen.items()})


def _labels(labels: str | Sequence[str]) -> frozenset[str]:
    return frozenset([labels] if isinstance(labels, str) else labels)
