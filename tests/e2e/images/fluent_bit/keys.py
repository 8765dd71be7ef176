"""Which keys are taken. As in the real program, an unknown key of a plugin stops the start.

`plugins.json`, written by `make generate`, has the keys that the real program knows. The stand-in does some of them. It
refuses the others by name, so that no test relies on what it does not do.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from .configuration import Section
from .errors import ConfigurationError, NotDoneError

GROUPS = {"INPUT": "inputs", "FILTER": "filters", "OUTPUT": "outputs"}
_NETWORK = "host port tls tls.verify tls.verify_hostname tls.ca_file tls.vhost"
# What has an effect here.
_TAKEN = {
    "SERVICE": (
        "flush grace log_level parsers_file http_server http_listen http_port health_check scheduler.base scheduler.cap"
    ),
    "PARSER": "name format time_key time_format time_offset time_keep",
    "MULTILINE_PARSER": "name type flush_timeout rule",
    "INPUT tail": (
        "name tag path exclude_path path_key parser multiline.parser db read_from_head refresh_interval rotate_wait "
        "skip_long_lines buffer_max_size"
    ),
    "FILTER lua": "name match script call type_int_key",
    "FILTER parser": "name match key_name parser reserve_data",
    "FILTER record_modifier": "name match record remove_key",
    "OUTPUT": "name match retry_limit",
    "OUTPUT stdout": "format json_date_key json_date_format",
    "OUTPUT http": f"{_NETWORK} uri header http_user http_passwd format json_date_key json_date_format compress",
    "OUTPUT loki": (
        f"{_NETWORK} uri labels label_keys remove_keys line_format drop_single_key tenant_id http_user http_passwd "
        "bearer_token header"
    ),
    "OUTPUT es": (
        f"{_NETWORK} path index suppress_type_name type http_user http_passwd http_api_key logstash_format "
        "logstash_prefix logstash_dateformat time_key include_tag_key tag_key"
    ),
    "OUTPUT forward": (
        f"{_NETWORK} shared_key self_hostname username password tag time_as_integer require_ack_response"
    ),
}
# What the real program uses in ways that nobody sees from outside: how it buffers, and with how many threads it sends.
_WITHOUT_EFFECT = {
    "SERVICE": "storage.path storage.sync storage.backlog.mem_limit",
    "INPUT tail": "storage.type buffer_chunk_size db.compare_filename",
    "OUTPUT": "storage.total_limit_size workers alias",
}


def plugin_of(section: Section) -> str:
    """The plugin of an input, a filter or an output; empty for another section."""
    return section.get("name").lower() if section.name in GROUPS else ""


def is_known(section: Section) -> bool:
    """Whether the real program knows the section; it ignores others."""
    return section.name in GROUPS or section.name.lower() in known()["sections"]


def require_known(section: Section) -> None:
    """Refuse a plugin that is not there, a key that the real plugin does not know, and a key that it takes once.

    Raises:
        ConfigurationError: the message is the real program's, and names the keys that are known.
        NotDoneError: the real program has the plugin, but its keys are not known here.
    """
    if section.name not in GROUPS:
        return
    plugin, group = plugin_of(section), GROUPS[section.name]
    if not plugin:
        raise ConfigurationError(f"section '{section.name.lower()}' is missing the 'name' property")
    if plugin not in known()["plugins"][group]:
        raise ConfigurationError(f"section '{plugin}' tried to instance a plugin name that doesn't exist")
    if plugin not in known()[group]:
        raise NotDoneError(f"[{section.name} {plugin}]: this stand-in does not do it")
    own, common = _words(group, plugin), _words(group, "common")
    repeated = known()["repeated"].get(f"{section.name.lower()} {plugin}", "*").split()
    seen = [key for key, _ in section.entries]
    for key in seen:
        if not _is_among(key, [*own, *common]):
            raise ConfigurationError(
                f"{plugin}: unknown configuration property '{key}'. "
                f"The following properties are allowed: {', '.join(sorted(own))}"
            )
        if seen.count(key) > 1 and key not in common and not _is_among(key, repeated):
            raise ConfigurationError(f"{plugin}: configuration property '{key}' is set {seen.count(key)} times")


def require_done(section: Section) -> None:
    """Refuse what the real program does and this stand-in does not. Both ignore unknown keys of [SERVICE].

    Raises:
        NotDoneError: the message names the section and the key.
    """
    name = f"{section.name} {plugin_of(section)}".strip()
    if name not in _TAKEN:
        raise NotDoneError(f"[{name}]: this stand-in does not do it")
    done = {
        key
        for table in (_TAKEN, _WITHOUT_EFFECT)
        for part in (section.name, name)
        for key in table.get(part, "").split()
    }
    for key, _ in section.entries:
        ignored = section.name == "SERVICE" and not _is_among(key, known()["sections"]["service"])
        if key not in done and not ignored:
            raise NotDoneError(f"[{name}] {key}: this stand-in does not do it")


@cache
def known() -> dict[str, Any]:
    """What the real program knows, and which values it refuses."""
    return dict(json.loads((Path(__file__).parent / "plugins.json").read_text(encoding="utf-8")))


def types_of(group: str, plugin: str) -> dict[str, list[str]]:
    """The keys of a plugin by type; `common` stands for those that all plugins of the group share."""
    return dict(known()[group][plugin])


def _words(group: str, plugin: str) -> list[str]:
    return [word for words in types_of(group, plugin).values() for word in words]


def _is_among(key: str, words: list[str]) -> bool:
    return any(re.fullmatch(re.escape(word).replace(r"\*", ".+"), key) for word in words)
