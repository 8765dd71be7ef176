"""What Fluent Bit knows: its sections, its plugins, and the keys of each, from `plugins.yaml`."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from chartgate.tools.kubernetes_yaml import read_one

# A section of plugins → what `plugins.yaml` calls them.
PLUGIN_SECTIONS = {"input": "inputs", "filter": "filters", "output": "outputs"}


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


@cache
def _keys(section: str, plugin: str) -> re.Pattern[str] | None:
    """One pattern for all keys; None where any key is right."""
    if section in PLUGIN_SECTIONS:
        table = _data()[PLUGIN_SECTIONS[section]]
        words = f"{table['common']} {table['plugins'][plugin]}"
    else:
        words = _data()["sections"][section]
    if "*" in words.split():
        return None
    return re.compile("|".join(re.escape(word).replace(r"\*", ".+") for word in words.split()))
