"""Which keys are taken. Like the real program, an unknown key of a section or plugin stops the start."""

from .configuration import Section
from .errors import ConfigurationError

_NETWORK = "host port tls tls.verify tls.verify_hostname tls.ca_file tls.vhost"
# What has an effect here.
_TAKEN = {
    "SERVICE": (
        "flush grace log_level parsers_file http_server http_listen http_port health_check scheduler.base scheduler.cap"
    ),
    "PARSER": "name format time_key time_format time_offset time_keep",
    "INPUT tail": (
        "name tag path exclude_path path_key parser db read_from_head refresh_interval rotate_wait skip_long_lines "
        "buffer_max_size"
    ),
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
    "INPUT tail": "storage.type buffer_chunk_size",
    "OUTPUT": "storage.total_limit_size workers alias",
}


def require_known(section: Section) -> None:
    """Refuse a section or plugin that is not there, and a key that it does not take.

    Raises:
        ConfigurationError: the message names the keys that are taken.
    """
    plugin = section.get("name").lower() if section.name in {"INPUT", "FILTER", "OUTPUT"} else ""
    name = f"{section.name} {plugin}".strip()
    if name not in _TAKEN:
        raise ConfigurationError(f"[{name}]: this stand-in has no such section or plugin")
    known = {
        key
        for table in (_TAKEN, _WITHOUT_EFFECT)
        for part in (section.name, name)
        for key in table.get(part, "").split()
    }
    for key, _ in section.entries:
        if key not in known:
            allowed = ", ".join(sorted(known))
            raise ConfigurationError(
                f"{plugin or section.name}: unknown configuration property '{key}'. "
                f"The following properties are allowed: {allowed}"
            )
