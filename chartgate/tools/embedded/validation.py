"""How the values of a chart are validated: by a fast validator first, by Helm where that one refuses."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helm_python import _native

from chartgate.tools.embedded.folder import SCHEMA, Changes, Folder
from chartgate.tools.embedded.screen import Screen, screen_of

# What Helm reads of a chart before it validates values, schemas aside.
_BEFORE_VALIDATION = frozenset({".helmignore", "Chart.yaml", "requirements.yaml", "values.yaml", "charts"})


class Validation:
    """The schemas of a chart and of its subcharts."""

    def __init__(self, folder: Folder, changes: Changes) -> None:
        self._folder, self._changes = folder, changes
        self._screens: dict[tuple[str, ...], Screen | None] = {}
        self._schemas: dict[tuple[str, ...], Path] = {}
        with folder.whole(changes) as whole:
            for path, file, screen in _screens(whole):
                self._screens[path] = screen
                if file is not None:
                    self._schemas[path] = file.relative_to(whole)

    def accepts(self, values: Mapping[str, Any]) -> bool:
        """Whether all schemas accept merged values for certain."""
        parts = ((screen, value_at(values, path)) for path, screen in self._screens.items())
        return all(part is None or (screen is not None and screen.is_valid(part)) for screen, part in parts)

    def refuse(self, values: Mapping[str, Any], render: Callable[[Path], object]) -> None:
        """Have Helm validate merged values by the parts of the schemas that they break, where these are known.

        Args:
            render: renders the chart in a folder, with these values.

        Raises:
            HelmError: Helm refuses the values.
        """
        if None in self._screens.values():
            return
        for path, screen in self._screens.items():
            part = value_at(values, path)
            reduced = {} if screen is None or part is None or screen.is_valid(part) else screen.reduced(part)
            Path(self._refusing.name, self._schemas[path]).write_text(json.dumps(reduced), encoding="utf-8")
        render(Path(self._refusing.name))

    @cached_property
    def _refusing(self) -> TemporaryDirectory[str]:
        """A copy of the chart for values that are refused. It goes with the last chart that has these schemas."""
        copy = TemporaryDirectory(dir=self._folder.scratch, ignore_cleanup_errors=True)
        with self._folder.whole(self._changes) as whole:
            # Real copies, because the schemas are written anew.
            shutil.copytree(
                whole, copy.name, ignore=_after_validation, copy_function=shutil.copyfile, dirs_exist_ok=True
            )
        return copy


def value_at(values: Any, path: Sequence[str]) -> Any:
    """The value at a path; None if there is none."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _after_validation(_: str, names: list[str]) -> set[str]:
    """Which of the names in a folder of a chart Helm reads only after it has validated values."""
    return {name for name in names if name not in _BEFORE_VALIDATION} if "Chart.yaml" in names else set()


def _screens(folder: Path, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Path | None, Screen | None]]:
    """Each schema of an unpacked chart: the path of the values that it is about, its file, and its screen.

    The screen is None where only Helm can say, which is also where values are found under an alias. Packed subcharts
    keep their schemas, so that Helm looks at them in any case.
    """
    if (folder / SCHEMA).exists():
        try:
            yield path, folder / SCHEMA, _screen((folder / SCHEMA).read_bytes())
        except ValueError:
            yield path, folder / SCHEMA, None
    for chart_file in sorted(folder.glob("charts/*/Chart.yaml")):
        yield from _screens(chart_file.parent, (*path, str(_read(chart_file).get("name"))))
    for file in (folder / "Chart.yaml", folder / "requirements.yaml"):
        if file.exists() and any(dependency.get("alias") for dependency in _read(file).get("dependencies") or ()):
            yield (), None, None


# Changed copies of a chart mostly have its schema.
@lru_cache(maxsize=8)
def _screen(schema: bytes) -> Screen | None:
    return screen_of(json.loads(schema))


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_native.call_string("helm_values_from_yaml", file.read_text("utf-8")))
    return content
