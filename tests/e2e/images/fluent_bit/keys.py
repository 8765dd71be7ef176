"""Which keys are taken. Like the real program, an unknown key of a plugin stops the start.

`plugins.json` has the keys that the real program knows, written by `make generate`. Of these the stand-in does some; it
refuses the others by name, so that no test relies on what it does not do.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from .configuration import Section
from .errors import ConfigurationError

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


def require_known(section: Section) -> None:
    """Refuse a plugin that is not there, a key that the real plugin does not know, and one that is not done here.

    The real program ignores unknown sections, and unknown keys of [SERVICE].

    Raises:
        ConfigurationError: the message names the keys that are known, or what this stand-in does not do.
    """
    plugin = section.get("name").lower() if section.name in GROUPS else ""
    name = f"{section.name} {plugin}".strip()
    if section.name in GROUPS and not plugin:
        raise ConfigurationError(f"section '{section.name.lower()}' is missing the 'name' property")
    if name not in _TAKEN:
        if section.name in GROUPS and plugin not in _known()[GROUPS[section.name]]:
            raise ConfigurationError(f"section '{plugin}' tried to instance a plugin name that doesn't exist")
        raise ConfigurationError(f"[{name}]: this stand-in does not do it")
    done = {
        key
        for table in (_TAKEN, _WITHOUT_EFFECT)
        for part in (section.name, name)
        for key in table.get(part, "").split()
    }
    for key, _ in section.entries:
        if key in done:
            continue
        if plugin and not _is_known(section.name, plugin, key):
            allowed = ", ".join(sorted(_own(section.name, plugin)))
            raise ConfigurationError(
                f"{plugin}: unknown configuration property '{key}'. The following properties are allowed: {allowed}"
            )
        raise ConfigurationError(f"[{name}] {key}: this stand-in does not do it")


@cache
def _known() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "plugins.json").read_text(encoding="utf-8")))


def _own(section: str, plugin: str) -> list[str]:
    return [word for words in _known()[GROUPS[section]][plugin].values() for word in words]


def _is_known(section: str, plugin: str, key: str) -> bool:
    words = [*_own(section, plugin), *_own(section, "common")]
    return any(re.fullmatch(re.escape(word).replace(r"\*", ".+"), key) for word in words)
