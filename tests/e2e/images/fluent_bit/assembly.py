"""From the configuration's sections to a pipeline."""

from collections.abc import Mapping
from pathlib import Path

from .configuration import Section, read
from .errors import ConfigurationError, NotDoneError
from .filters import filter_of
from .keys import is_known, require_done, require_known
from .log import Log
from .outputs import OUTPUTS
from .parsers import parsers_of, read_parsers
from .pipeline import Pipeline
from .retries import Retries
from .tail import Tail
from .values import DRY_RUN, START, require_together, require_values


def checked(path: Path, environment: Mapping[str, str]) -> list[Section]:
    """The sections of a configuration, those of its files of parsers included.

    Raises:
        ConfigurationError: `--dry-run` of the real program refuses it.
    """
    sections = [section for section in read(path, environment) if is_known(section)]
    for service in [section for section in sections if section.name == "SERVICE"]:
        sections += read_parsers(service, environment)
    for section in sections:
        require_known(section)
        require_values(section, DRY_RUN)
    return sections


def assemble(sections: list[Section], log: Log) -> Pipeline:
    """The pipeline of the inputs, the filters and one output.

    Raises:
        ConfigurationError: the real program does not start with it.
        NotDoneError: the real program starts, and does what this stand-in does not do.
    """
    for section in sections:
        require_values(section, START)
        require_together(section)
    service = _one(sections, "SERVICE")
    _require_storage(service, sections)
    for section in sections:
        require_done(section)
    target = _one(sections, "OUTPUT")
    parsers = parsers_of(sections)
    inputs = [section for section in sections if section.name == "INPUT"]
    return Pipeline(
        [Tail(source, *parsers.of(source), f"tail.{number}") for number, source in enumerate(inputs)],
        [filter_of(section, parsers.lines) for section in sections if section.name == "FILTER"],
        OUTPUTS[target.get("name").lower()](target),
        Retries(service, target),
        log,
        f"{target.get('name').lower()}.0",
    )


def _one(sections: list[Section], name: str) -> Section:
    found = [section for section in sections if section.name == name]
    if len(found) != 1:
        raise NotDoneError(f"[{name}]: this stand-in takes one such section, not {len(found)}")
    return found[0]


def _require_storage(service: Section, sections: list[Section]) -> None:
    """Refuse a folder for chunks that cannot be made, or a buffer on disk without one."""
    folder = service.get("storage.path")
    if not folder and any(section.get("storage.type").lower() == "filesystem" for section in sections):
        raise ConfigurationError("[storage] filesystem storage is requested but no filesystem path was defined")
    if folder:
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"[storage] cannot initialize root path {folder}: {error.strerror}") from error
