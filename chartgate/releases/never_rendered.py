"""Templates that render no object in any case."""

import re
from collections.abc import Iterator, Sequence

from chartgate.releases.rendered import Rendered
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.some_of import some_of

_MAKES_OBJECTS = re.compile(r"^\s*[\"']?kind[\"']?\s*:|\binclude\b|\btpl\b|\btemplate\b|\btoYaml\b", re.MULTILINE)
_NAMED = 5


def templates_without_objects(files: ChartFiles, renders: Sequence[Rendered]) -> list[str]:
    """The templates of the chart itself that make no object in any of these renders, sorted."""
    made = {obj.template.partition("/")[2] for one in renders for obj in one.release}
    return sorted(
        name
        for name in files.contents
        if name.startswith("templates/")
        and name.endswith((".yaml", ".yml"))
        and not name.rpartition("/")[2].startswith("_")
        and name not in made
        and _MAKES_OBJECTS.search(files.text(name))
    )


def never_rendered(files: ChartFiles, renders: Sequence[Rendered]) -> Iterator[str]:
    """A notice that names them, if there are any."""
    names = templates_without_objects(files, renders)
    if names:
        yield (
            f"never rendered: {some_of(names, _NAMED)}: no case renders an object of it: "
            "add values that do so to ci/NAME-values.yaml, or write a matrix.yaml"
        )
