"""From the configuration's sections to a pipeline."""

from collections.abc import Mapping

from .configuration import Section
from .errors import ConfigurationError
from .filters import filter_of
from .keys import require_known
from .log import Log
from .outputs import OUTPUTS
from .parsers import read_parsers
from .pipeline import Pipeline
from .retries import Retries
from .tail import Tail


def assemble(sections: list[Section], environment: Mapping[str, str], log: Log) -> Pipeline:
    """The pipeline of the inputs, the filters and one output.

    Raises:
        ConfigurationError: a setting is refused, or there is not one [SERVICE] and one [OUTPUT].
    """
    for section in sections:
        require_known(section)
    service, target = (_one(sections, name) for name in ("SERVICE", "OUTPUT"))
    parsers = read_parsers(service, environment)
    inputs = [section for section in sections if section.name == "INPUT"]
    return Pipeline(
        [Tail(source, *parsers.of(source), f"tail.{number}") for number, source in enumerate(inputs)],
        [filter_of(section, parsers.lines) for section in sections if section.name == "FILTER"],
        OUTPUTS[target.get("name").lower()](target),
        Retries(service, target),
        log,
    )


def _one(sections: list[Section], name: str) -> Section:
    found = [section for section in sections if section.name == name]
    if len(found) != 1:
        raise ConfigurationError(f"[{name}]: this stand-in takes one such section, not {len(found)}")
    return found[0]
