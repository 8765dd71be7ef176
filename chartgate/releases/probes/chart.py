"""A chart whose templates count what they reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from chartgate.errors import GateError
from chartgate.releases.probes.edits import Edits
from chartgate.releases.probes.points import Point, Points
from chartgate.releases.probes.statements import Statements
from chartgate.releases.probes.words import ANY, FINDING, NAME, SUFFIX, helpers
from chartgate.releases.template_trees import tree_of
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.nodes import Definition, is_empty

HELPERS = f"templates/_{NAME}.tpl"


@dataclass(frozen=True, eq=False)
class ProbedChart:
    """A chart without probes (`plain`) and with them (`probed`), and the points in the order of the text."""

    plain: ChartFiles
    probed: ChartFiles
    points: Sequence[Point]


def with_probes(chart: ChartFiles, measured: Iterable[str]) -> ProbedChart:
    """Add probes to these template files of a chart.

    Raises:
        GateError: a template cannot be parsed; Helm cannot parse it either. Or the chart uses a name that probes use.
    """
    names = sorted(measured)
    trees = {name: tree_of(chart, name) for name in names}
    definitions = {one.name.value for tree in trees.values() for one in tree.definitions if _counts(one)}
    if taken := sorted(name for name in definitions if name in {ANY, FINDING} or name.endswith(SUFFIX)):
        raise GateError(f'{chart.folder}: defines "{taken[0]}", a name that probes need: choose another name')
    if HELPERS in chart.contents:
        raise GateError(f"{chart.folder / HELPERS}: has the name of a file that probes need: rename it")
    numbers = count()
    contents, points = dict(chart.contents), []
    for name, tree in trees.items():
        edits, found = Edits(), Points(name, chart.contents[name], numbers)
        Statements(edits, found, definitions).file(tree, is_rendered=not name.rpartition("/")[2].startswith("_"))
        contents[name] = edits.applied(chart.contents[name])
        points += sorted(found.found, key=lambda point: point.line)
    contents[HELPERS] = helpers(sorted(definitions)).encode()
    return ProbedChart(chart, ChartFiles(chart.folder, contents), points)


def _counts(definition: Definition) -> bool:
    """Whether callers pass the counts to it."""
    return definition.pipeline is None and not is_empty(definition.body)
