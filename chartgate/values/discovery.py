"""All cases of a chart: its defaults, its CI values files, the APIs it asks about, the examples of its documents."""

import os
from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.progress import say
from chartgate.values.asked_apis import api_cases
from chartgate.values.case import Case
from chartgate.values.ci_files import ci_cases
from chartgate.values.documents import document_cases, refuse
from chartgate.values.settings import Settings
from chartgate.values.shape import read_defaults, read_shape


def find_cases(chart: Path, settings: Settings) -> list[Case]:
    """The cases in a fixed order, each under a name of its own.

    Raises:
        GateError: `chart` is not a chart, or a source of cases cannot be read.
    """
    name = chart_name(chart)
    defaults = Case("defaults", "the chart as it comes", (), (), settings.release, settings.namespace)
    cases = [defaults, *ci_cases(chart, settings.release, settings.namespace)]
    cases += api_cases(chart, settings.release, settings.namespace)
    known = known_keys(chart)
    for document in settings.documents:
        label = Path(os.path.relpath(document, chart)).as_posix()
        cases += document_cases(
            document,
            label,
            name,
            settings.release,
            settings.namespace,
            known=known,
            # Nobody has said that the examples of a README that was merely found have to work.
            complain=refuse if settings.documents_named else _leave_out,
        )
    return cases


def _leave_out(text: str) -> None:
    say(f"left out: {text}")


def known_keys(chart: Path) -> frozenset[str]:
    """The keys at the top of the chart's values: those of values.yaml, of its schema, and its subcharts.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    shape = read_shape(chart)
    schema = shape.resolved(shape.root).get("properties") or {} if shape else {}
    data = read_one((chart / "Chart.yaml").read_bytes())
    dependencies = data.get("dependencies") or () if isinstance(data, dict) else ()
    subcharts = {str(one.get("alias") or one.get("name")) for one in dependencies if isinstance(one, dict)}
    return frozenset({*read_defaults(chart), *schema, *subcharts, "global"})


def chart_name(chart: Path) -> str:
    """The name in the `Chart.yaml` of folder `chart`.

    Raises:
        GateError: there is no readable `Chart.yaml` with a name.
    """
    path = chart / "Chart.yaml"
    try:
        data = read_one(path.read_bytes())
    except OSError as error:
        raise GateError(
            f"{chart} is not a chart: {path}: {error.strerror}: name a folder that holds a Chart.yaml"
        ) from error
    except yaml.YAMLError as error:
        raise GateError(f"{path}: is not YAML: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise GateError(f"{path}: has no name: give the chart one")
    return str(data["name"])
