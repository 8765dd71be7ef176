"""From the configuration's sections to a pipeline."""

from collections.abc import Mapping
from pathlib import Path

from .configuration import Section, read
from .errors import ConfigurationError
from .keys import require_known
from .log import Log
from .outputs import OUTPUTS
from .parser import JsonParser
from .pipeline import Pipeline
from .record_modifier import RecordModifier
from .retries import Retries
from .tail import Tail


def assemble(sections: list[Section], environment: Mapping[str, str], log: Log) -> Pipeline:
    """The pipeline of one input, its filters and one output.

    Raises:
        ConfigurationError: a setting is refused, or there is more than one input or output.
    """
    for section in sections:
        require_known(section)
    service, source, target = (_one(sections, name) for name in ("SERVICE", "INPUT", "OUTPUT"))
    return Pipeline(
        Tail(source, _parser(service, source, environment)),
        [RecordModifier(section) for section in sections if section.name == "FILTER"],
        OUTPUTS[target.get("name").lower()](target),
        Retries(service, target),
        source.get("tag", "tail.0"),
        log,
    )


def _one(sections: list[Section], name: str) -> Section:
    found = [section for section in sections if section.name == name]
    if len(found) != 1:
        raise ConfigurationError(f"[{name}]: this stand-in takes one such section, not {len(found)}")
    return found[0]


def _parser(service: Section, source: Section, environment: Mapping[str, str]) -> JsonParser | None:
    name = source.get("parser")
    if not name:
        return None
    path = service.get("parsers_file")
    if not path:
        raise ConfigurationError(f"parser '{name}' is not registered")
    parsers = read(Path(path), environment)
    for section in parsers:
        require_known(section)
        if section.get("name") == name:
            return JsonParser.of(section)
    raise ConfigurationError(f"parser '{name}' is not registered")
