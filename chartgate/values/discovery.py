"""All cases of a chart: its defaults, its CI values files, the examples of its documents."""

import os
from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case
from chartgate.values.ci_files import ci_cases
from chartgate.values.documents import document_cases
from chartgate.values.settings import Settings


def find_cases(chart: Path, settings: Settings) -> list[Case]:
    """The cases in a fixed order, each under a name of its own.

    Raises:
        GateError: `chart` is not a chart, or a source of cases cannot be read.
    """
    name = chart_name(chart)
    defaults = Case("defaults", "the chart as it comes", (), (), settings.release, settings.namespace)
    cases = [defaults, *ci_cases(chart, settings.release, settings.namespace)]
    for document in settings.documents:
        label = Path(os.path.relpath(document, chart)).as_posix()
        cases += document_cases(document, label, name, settings.release, settings.namespace)
    return cases


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
