"""Every value does something: another accepted value changes an object of the release, or a guard refuses it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from os import cpu_count
from pathlib import Path
from random import Random
from typing import Any

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.merging import merged
from chartgate.values.chart import read_chart
from chartgate.values.matrix import read_matrix
from chartgate.values.random_values import RandomValues
from chartgate.values.shape import Place, Shape, dotted, placed

TRIES = 4
"""Other values of one place, for each of the values that it is changed in."""
SECRETS = {
    "config": {"jwtSecret": "a", "encryptionKey": "b", "adminPassword": "c"},
}
# Nothing in the chart reads these, for a reason.
UNREAD = {
    "allowDataLoss": "It matters where a cluster has data: see tests/e2e/control_plane/test_data_loss.py.",
    "enabled": "Helm reads it: it is for the `condition` of a parent chart.",
}
# What Kubernetes defines, so that the schema leaves it open: a value to try.
OPEN_MAP = {"example.com/key": "value"}
OPEN_VARIABLES = {"EXAMPLE": "value"}
OPEN_ITEM = {"name": "example", "image": "example", "mountPath": "/example", "alert": "Example", "kind": "Gateway"}


def bases(chart: Path) -> list[dict[str, Any]]:
    """Values that the chart accepts: the defaults, what the CI files say, and what each label of the matrix says."""
    written = [read_one(path.read_bytes()) or {} for path in sorted(chart.glob("ci/*-values.yaml"))]
    return [{}, *written, *(dict(values) for values in read_matrix(chart / "matrix.yaml").fragments() if values)]


def others(inventor: RandomValues, place: Place, current: Any) -> Iterator[Any]:
    """Values that the schema takes in the place of `current`."""

    def value() -> Any:
        try:
            return inventor.value(place.schema)
        except LookupError:
            if "propertyNames" in place.schema:
                return OPEN_VARIABLES
            return [OPEN_ITEM] if place.schema.get("type") == "array" else OPEN_MAP

    # A random map or list is often empty, as the default is.
    made = (value() for _ in range(10 * TRIES))
    yield from islice((one for one in made if one != current), TRIES)


def has_one_value(place: Place) -> bool:
    """Whether the schema allows one number only, as Kubernetes does for some probes."""
    least, most = place.schema.get("minimum"), place.schema.get("maximum")
    return least is not None and least == most


def at(values: Mapping[Any, Any], path: tuple[str | int, ...]) -> Any:
    for key in path:
        values = values.get(key, {}) if isinstance(values, Mapping) else {}
    return values


class Reader:
    """Whether a value is read; remembers what the bases render to."""

    def __init__(self, chart: Path, render: Any) -> None:
        shape = read_chart(chart).shape
        assert shape is not None
        self.shape: Shape = shape
        self._render = render
        self._bases = bases(chart)
        self._known: dict[int, Release | None] = {}

    def reads(self, place: Place) -> bool:
        """Whether the place matters in some base. Those that mention its parent come first."""
        mentions = sorted(
            range(len(self._bases)), key=lambda number: not at(self._bases[number], place.path[:-1] or place.path)
        )
        return any(self._matters(number, place) for number in mentions)

    def _matters(self, number: int, place: Place) -> bool:
        values = self._bases[number]
        before = self._release(number)
        if before is None:
            return False
        full = merged(self.shape.defaults, values)
        inventor = RandomValues(self.shape, Random(dotted(place.path)))
        for value in others(inventor, place, at(full, place.path)):
            changed = placed(values, place.path, value, full)
            if not self.shape.fits(changed):
                continue
            try:
                after = self._render(values=self._with_secrets(changed))
            except RenderError as error:
                if "are invalid together" in str(error):
                    return True
                continue
            if after.digest != before.digest:
                return True
        return False

    def _release(self, number: int) -> Release | None:
        if number not in self._known:
            try:
                self._known[number] = self._render(values=self._with_secrets(self._bases[number]))
            except RenderError:
                self._known[number] = None
        return self._known[number]

    def _with_secrets(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Generated secrets would differ from render to render."""
        explicit = merged(SECRETS, values)
        return explicit if self.shape.fits(explicit) else values


def test_every_value_is_read_by_a_template(chart: Path, render: Any) -> None:
    reader = Reader(chart, render)
    places = [place for place in reader.shape.leaves if place.path and not has_one_value(place)]
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        read = list(pool.map(reader.reads, places))
    unread = {dotted(place.path) for place, is_read in zip(places, read, strict=True) if not is_read} - set(UNREAD)
    assert len(places) > 200
    assert not unread, f"read these values in a template, or remove them from schema/values/: {sorted(unread)}"


def test_what_is_listed_as_unread_is_a_value(chart: Path) -> None:
    shape = read_chart(chart).shape
    assert shape is not None
    assert set(UNREAD) <= {dotted(place.path) for place in shape.leaves}
