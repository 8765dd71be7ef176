"""Which values are refused, from `plugins.json`: those that the real program refuses, at the same stage."""

import re

from .configuration import Section, size
from .errors import ConfigurationError
from .keys import GROUPS, known, plugin_of, types_of

DRY_RUN, START = "dry_run", "start"
_BUFFER = "32k"


def require_values(section: Section, stage: str) -> None:
    """Refuse a value that the real program refuses at `--dry-run`, or at its start.

    Raises:
        ConfigurationError: the message names the key and what its value must be.
    """
    plugin = plugin_of(section)
    names = (_name(section), f"{section.name.lower()} *")
    for key, value in section.entries:
        form = next((known()[stage][name][key] for name in names if key in known()[stage].get(name, {})), None)
        if stage == START and form is None and plugin and _is_boolean(section, plugin, key):
            form = "boolean"
        if form:
            pattern, words = known()["forms"][form]
            if not re.fullmatch(pattern, value, re.IGNORECASE):
                raise ConfigurationError(f"[{section.name}] {key}: '{value}' is not {words}")


def require_together(section: Section) -> None:
    """Refuse what the real program refuses at its start of a section as a whole.

    Raises:
        ConfigurationError: a key is missing, or two keys exclude each other.
    """
    for key in known()["required"].get(_name(section), "").split():
        if not section.get(key):
            raise ConfigurationError(f"[{_name(section)}] {key} is missing")
    both = [key for key in known()["exclusive"].get(_name(section), "").split() if section.get(key)]
    if len(both) > 1:
        raise ConfigurationError(f"[{_name(section)}] {' and '.join(both)} are exclusive with each other")
    if _name(section) == "input tail":
        chunk, most = (size(section.get(key, _BUFFER), _BUFFER) for key in ("buffer_chunk_size", "buffer_max_size"))
        if most < chunk:
            raise ConfigurationError("[input tail] buffer_max_size must be >= buffer_chunk")


def _name(section: Section) -> str:
    return f"{section.name.lower()} {plugin_of(section)}".strip()


def _is_boolean(section: Section, plugin: str, key: str) -> bool:
    """Whether only a boolean is taken. The real program starts with any value of `tls` and `tls.verify`."""
    group = GROUPS[section.name]
    parts = (types_of(group, plugin), types_of(group, "common"))
    return not key.startswith("tls") and any(key in types.get("boolean", []) for types in parts)
