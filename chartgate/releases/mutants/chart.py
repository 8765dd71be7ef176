"""All mutants of a chart, in a fixed order."""

import re
from collections.abc import Iterable, Iterator

from chartgate.releases.mutants.data import of_defaults, of_schema
from chartgate.releases.mutants.expressions import Expressions
from chartgate.releases.mutants.lines import Region, of_file, of_template, region_at
from chartgate.releases.mutants.mutant import WHOLE_FILE, Mutant, Source
from chartgate.releases.template_trees import tree_of
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.nodes import Action, Branch, Definition, Node, Template, TemplateCall, is_empty

_SCRIPTS = re.compile(r"(?:charts/[^/]+/)*files/.*\.(?:sh|js|lua|conf|tpl|ya?ml|py|toml|ini)$")


def mutants_of(chart: ChartFiles, templates: Iterable[str]) -> list[Mutant]:
    """The mutants of these templates, and of the chart's other files, in the order of the files.

    Raises:
        GateError: a template cannot be parsed; Helm cannot parse it either.
    """
    wanted = frozenset(templates)
    found: dict[Mutant, None] = {}
    for name in sorted(chart.contents):
        found.update((one, None) for one in _of_file(Source(name, chart.contents[name]), chart, name in wanted))
    return list(found)


def _of_file(source: Source, chart: ChartFiles, is_template: bool) -> Iterator[Mutant]:
    if is_template:
        yield from _of_template(source, tree_of(chart, source.file))
    elif source.file == "values.yaml":
        yield from of_defaults(source)
    elif source.file == "values.schema.json":
        yield from of_schema(source)
    elif _SCRIPTS.fullmatch(source.file):
        yield from of_file(source)


def _of_template(source: Source, tree: Template) -> Iterator[Mutant]:
    regions = [*_regions(source, tree)]
    yield from of_template(source, tree, regions)
    for node in tree.walk():
        region = region_at(node.start, regions)
        if region is None:
            continue
        expressions = Expressions(source, region)
        if isinstance(node, Action | TemplateCall) and node.pipeline:
            yield from expressions.pipeline(node.pipeline)
        elif isinstance(node, Branch):
            for arm in node.arms:
                if arm.condition and node.keyword == "if":
                    yield from expressions.condition(arm.condition)
                elif arm.condition:
                    yield from expressions.pipeline(arm.condition)


def _regions(source: Source, tree: Template) -> list[Region]:
    """What runs or does not run as a whole, the outer ones first.

    The name is where the tag begins, as the points of probes have it (`Point.start`), or `WHOLE_FILE`.
    """
    regions: list[Region] = []
    if not source.file.rpartition("/")[2].startswith("_") and not is_empty(tree.body):
        regions.append((0, tree.end, WHOLE_FILE))

    def add(body: Iterable[Node]) -> None:
        for node in body:
            if isinstance(node, Definition):
                regions.append((node.tag.end, node.closing.start, node.tag.start))
                add(node.body)
            elif isinstance(node, Branch):
                for arm in node.arms:
                    regions.append((arm.tag.end, arm.end, arm.tag.start))
                    add(arm.body)

    add(tree.body)
    return regions
