"""A chart's `matrix.yaml`, typed. Its schema, `matrix.schema.json`, documents every key."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import jsonschema
import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.reading import Reading

FILE_NAME = "matrix.yaml"

AxisKind = Literal["helm", "kubernetes", "release", "apiVersions", "values"]
KINDS: tuple[AxisKind, ...] = ("helm", "kubernetes", "release", "apiVersions", "values")

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
class Reason:
    """A pattern on values paths, and why the values there are treated differently."""

    path: str
    reason: str


@dataclass(frozen=True)
class Matrix:
    """A chart's ways to be installed, and how thoroughly to combine them. `source` is where they are written.

    `narrowed`: only some of its versions are asked for, so that some combinations to be refused cannot occur.
    """

    source: str
    axes: tuple[Axis, ...]
    constraints: tuple[Constraint, ...]
    groups: tuple[Group, ...]
    unvaried: tuple[Reason, ...] = ()
    guards: tuple[str, ...] = ()
    keep: tuple[Reason, ...] = ()
    narrowed: bool = False

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
    try:
        data = read_one(content)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise GateError(f"{path}: is not YAML: {error}") from error
    schema = json.loads(files(__package__).joinpath("matrix.schema.json").read_text(encoding="utf-8"))
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(data), key=lambda error: error.json_path)
    if errors:
        raise GateError("\n".join(f"{path}: {_place(error.json_path)}: {_complaint(error)}" for error in errors))
    complaints = list(_contradictions(data))
    if complaints:
        raise GateError("\n".join(f"{path}: {complaint}" for complaint in complaints))
    return _matrix(str(path), data)


def _place(json_path: str) -> str:
    return json_path.removeprefix("$").lstrip(".") or "file"


def _complaint(error: jsonschema.ValidationError) -> str:
    if error.validator == "oneOf" and error.absolute_path[0] == "axes":
        return f"needs exactly one of {', '.join(KINDS)}: give the axis its choices under one of them"
    return error.message


def _contradictions(data: Mapping[str, Any]) -> Iterator[str]:
    """What the schema cannot see: names that stand twice, and names that nothing has."""
    labels: dict[str, tuple[str, ...]] = {}
    for index, entry in enumerate(data["axes"]):
        if entry["name"] in labels:
            yield f"axes[{index}]: the name {entry['name']} stands twice: rename one"
        labels[entry["name"]] = tuple(entry[_kind(entry)])
    kinds = [_kind(entry) for entry in data["axes"]]
    for kind in KINDS[:-2]:
        if kinds.count(kind) > 1:
            yield f"axes: {kinds.count(kind)} axes have {kind}: a case has one, so keep one axis"
    constraints = data.get("constraints", {})
    for word in ("exclude", "refuse"):
        for index, entry in enumerate(constraints.get(word, ())):
            yield from _unknown(f"constraints.{word}[{index}].when", entry["when"], labels)
    for index, entry in enumerate(data["strength"]):
        names = entry.get("axes", list(labels))
        yield from _unknown(f"strength[{index}].axes", dict.fromkeys(names, ()), labels)
        yield from _unknown(f"strength[{index}].only", entry.get("only", {}), labels)
        if entry["t"] > len(names):
            yield f"strength[{index}]: t is {entry['t']}, but there are only {len(names)} axes: lower t"


def _unknown(where: str, names: Mapping[str, Any], labels: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, wanted in names.items():
        if name not in labels:
            yield f"{where}: no axis is called {name}: use one of {', '.join(labels)}"
            continue
        for label in _labels(wanted) - set(labels[name]):
            yield f"{where}.{name}: the axis has no label {label}: use one of {', '.join(labels[name])}"


def _matrix(source: str, data: Mapping[str, Any]) -> Matrix:
    axes = tuple(_axis(entry) for entry in data["axes"])
    constraints = data.get("constraints", {})
    generated = data.get("generated", {})
    return Matrix(
        source,
        axes,
        tuple(
            Constraint(
                tuple((name, _labels(labels)) for name, labels in entry["when"].items()),
                entry.get("reason", ""),
                entry.get("refusal"),
            )
            for word in ("exclude", "refuse")
            for entry in constraints.get(word, ())
        ),
        tuple(
            Group(
                entry["t"],
                tuple(entry.get("axes", (axis.name for axis in axes))),
                {name: _labels(labels) for name, labels in entry.get("only", {}).items()},
            )
            for entry in data["strength"]
        ),
        tuple(Reason(entry["path"], entry["reason"]) for entry in data.get("unvaried", ())),
        tuple(generated.get("guards", ())),
        tuple(Reason(entry["path"], entry["reason"]) for entry in generated.get("keep", ())),
    )


def _kind(entry: Mapping[str, Any]) -> AxisKind:
    return next(kind for kind in KINDS if kind in entry)


def _axis(entry: Mapping[str, Any]) -> Axis:
    kind = _kind(entry)
    choices = entry[kind]
    if isinstance(choices, list):
        return Axis(entry["name"], kind, {version: version for version in choices})
    return Axis(entry["name"], kind, {label: choice or {} for label, choice in choices.items()})


def _labels(labels: str | list[str] | tuple[str, ...]) -> frozenset[str]:
    return frozenset([labels] if isinstance(labels, str) else labels)
