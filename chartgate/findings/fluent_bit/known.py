"""What Fluent Bit knows: its sections, its plugins, and the keys of each with their types, from `plugins.yaml`."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from chartgate.tools.kubernetes_yaml import read_one

# A section of plugins → what `plugins.yaml` calls them.
PLUGIN_SECTIONS = {"input": "inputs", "filter": "filters", "output": "outputs"}
BOOLEANS = frozenset({"on", "off", "true", "false", "yes", "no"})
"""The values of a boolean key, in lower case (Fluent Bit, `flb_utils_bool`)."""


@cache
def _data() -> dict[str, Any]:
    return dict(read_one(files(__package__).joinpath("plugins.yaml").read_bytes()))


def sections() -> list[str]:
    """The names of all sections, in lower case."""
    return [*PLUGIN_SECTIONS, *_data()["sections"]]


def plugins(section: str) -> list[str]:
    """The names of a section's plugins."""
    return sorted(_data()[PLUGIN_SECTIONS[section]]["plugins"])


def knows(section: str, plugin: str, key: str) -> bool:
    """Whether a key, which is case-insensitive, is one of the section's, or of its plugin's."""
    pattern = _keys(section, plugin)
    return pattern is None or bool(pattern.fullmatch(key.lower()))


def is_boolean(section: str, plugin: str, key: str) -> bool:
    """Whether the plugin itself takes a boolean for a key; it does not start with another value.

    Keys that all plugins share, such as `tls`, are read less strictly: another value counts as false.
    """
    group = _data()[PLUGIN_SECTIONS[section]]
    own = group["plugins"][plugin].get("boolean", "").split()
    return key.lower() in own and key.lower() not in _words(group["common"])


def required(section: str, plugin: str) -> list[str]:
    """The keys without which a plugin does not start."""
    return list(_data()["required"].get(plugin, ())) if section == "output" else []


@cache
def _keys(section: str, plugin: str) -> re.Pattern[str] | None:
    """One pattern for all keys; None where any key is right."""
    if section in PLUGIN_SECTIONS:
        group = _data()[PLUGIN_SECTIONS[section]]
        words = [*_words(group["common"]), *_words(group["plugins"][plugin])]
    else:
        words = _data()["sections"][section].split()
    if "*" in words:
        return None
    return re.compile("|".join(re.escape(word).replace(r"\*", ".+") for word in words))


def _words(types: dict[str, str]) -> list[str]:
    return [word for words in types.values() for word in words.split()]
