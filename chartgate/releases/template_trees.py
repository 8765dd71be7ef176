"""The parse trees of the templates of a chart."""

from chartgate.errors import GateError
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Template
from chartgate.tools.templates.parser import parse


def tree_of(chart: ChartFiles, name: str) -> Template:
    """The parse tree of a template.

    Raises:
        GateError: the template cannot be parsed; Helm cannot parse it either.
    """
    try:
        return parse(chart.contents[name])
    except TemplateError as error:
        raise GateError(f"{chart.folder / name}: {error}: Helm cannot parse this template either") from error
