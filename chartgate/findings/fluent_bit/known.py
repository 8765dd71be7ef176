"""What Fluent Bit knows, from `plugins.yaml`: sections, plugins, the keys of each, and the values it starts with."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Form:
    """What a value must be: a pattern for all of it, in any case, and its words in a message."""

    pattern: re.Pattern[str]
    words: str


@cache
def form(section: str, plugin: str, key: str) -> Form | None:
    """The form of a key's value; None where Fluent Bit starts with any value."""
    data, key = _data(), key.lower()
    for stage in ("dry_run", "start"):
        for name in (f"{section} {plugin}".strip(), f"{section} *"):
            if key in data[stage].get(name, {}):
                return _form(data[stage][name][key])
    return _form("boolean") if plugin and _is_boolean(section, plugin, key) else None


def _form(name: str) -> Form:
    pattern, words = _data()["forms"][name]
    return Form(re.compile(pattern, re.IGNORECASE), words)


def _is_boolean(section: str, plugin: str, key: str) -> bool:
    """Whether Fluent Bit starts only with a boolean. With another value of `tls` and `tls.verify` it starts as well."""
    group = _data()[PLUGIN_SECTIONS[section]]
    booleans = [types.get("boolean", "").split() for types in (group["common"], group["plugins"][plugin])]
    return any(key in words for words in booleans) and not key.startswith("tls")


def required(section: str, plugin: str) -> list[str]:
    """The keys without which a plugin does not start."""
    return _listed("required", section, plugin)


def exclusive(section: str, plugin: str) -> list[str]:
    """Keys of which a plugin takes only one."""
    return _listed("exclusive", section, plugin)


@cache
def once(section: str, plugin: str) -> frozenset[str]:
    """The keys that Fluent Bit refuses when they appear twice; empty for a plugin of which that was not tried."""
    repeated = _data()["repeated"].get(f"{section} {plugin}")
    if repeated is None:
        return frozenset()
    group = _data()[PLUGIN_SECTIONS[section]]
    own = {*_words(group["plugins"][plugin])} - {*_words(group["common"])}
    return frozenset(key for key in own if not _pattern(repeated.split()).fullmatch(key))


def _listed(part: str, section: str, plugin: str) -> list[str]:
    return str(_data()[part].get(f"{section} {plugin}", "")).split()


@cache
def _keys(section: str, plugin: str) -> re.Pattern[str] | None:
    """One pattern for all keys; None where any key is right."""
    if section in PLUGIN_SECTIONS:
        group = _data()[PLUGIN_SECTIONS[section]]
        words = [*_words(group["common"]), *_words(group["plugins"][plugin])]
    else:
        words = _data()["sections"][section].split()
    return None if "*" in words else _pattern(words)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", ".+") for word in words) or "(?!)")


def _words(types: dict[str, str]) -> list[str]:
    return [word for words in types.values() for word in words.split()]
