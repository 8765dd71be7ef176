"""Values that a chart imports from its subcharts: templates read them, although values.yaml does not have them.

Source: Helm documentation, Charts, Importing Child Values via dependencies.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.tools.chart_files import ChartFiles
from chartgate.values.installable import DECLARING, value_at


def imported_values(files: ChartFiles) -> Iterator[tuple[str, ...]]:
    """The paths under which `import-values` puts values of subcharts; an empty one if they may be anywhere."""
    for dependency in (one for name in DECLARING for one in files.dependencies(name)):
        entries = dependency.get("import-values")
        for entry in entries if isinstance(entries, list) else ():
            # `data` is short for the map `exports.data` of the subchart, at the top of the values.
            one = entry if isinstance(entry, Mapping) else {"child": f"exports.{entry}", "parent": "."}
            parent = str(one.get("parent"))
            if parent == ".":
                yield from _keys(files, str(dependency.get("name")), str(one.get("child")))
            else:
                yield tuple(parent.split("."))


def _keys(files: ChartFiles, subchart: str, path: str) -> Iterator[tuple[str, ...]]:
    """The keys of a map in the values of a subchart. Those of a packed subchart are not known."""
    folders = [folder for folder, about in files.subcharts.items() if about.get("name") == subchart]
    found: list[Any] = [value_at(files.mapping(f"charts/{folder}/values.yaml"), path) for folder in folders]
    if not all(isinstance(one, Mapping) for one in found) or not found:
        yield ()
    yield from ((str(key),) for one in found if isinstance(one, Mapping) for key in one)
