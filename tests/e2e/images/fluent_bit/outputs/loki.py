"""The output loki: Loki's push API, in JSON. Source: Grafana Loki, HTTP API, POST /loki/api/v1/push."""

from typing import Any

from ..configuration import Section
from ..errors import ConfigurationError
from ..events import Event, Record, compact
from .post import HttpReceiver


class Loki:
    """`Labels` are fixed or taken from the record (`$key`); the rest of the record is the line."""

    def __init__(self, section: Section) -> None:
        self._receiver = HttpReceiver(section, 3100)
        self._uri = section.get("uri", "/loki/api/v1/push")
        self._labels = dict(_label(text) for text in _list(section.get("labels", "job=fluent-bit")))
        self._label_keys = [key.removeprefix("$") for key in _list(section.get("label_keys"))]
        self._removed = {key.removeprefix("$") for key in _list(section.get("remove_keys"))}
        self._single = section.switch("drop_single_key", False)
        self._key_value = section.get("line_format", "json") == "key_value"
        self._headers = []
        if section.get("tenant_id"):
            self._headers.append(("X-Scope-OrgID", section.get("tenant_id")))
        if section.get("bearer_token"):
            self._headers.append(("Authorization", f"Bearer {section.get('bearer_token')}"))

    def send(self, _tag: str, events: list[Event]) -> None:
        streams: dict[tuple[tuple[str, str], ...], list[list[str]]] = {}
        for event in events:
            labels = {name: _resolved(value, event.record) for name, value in self._labels.items()}
            labels |= {key: str(event.record[key]) for key in self._label_keys if key in event.record}
            entry = [str(round(event.time * 1_000_000_000)), self._line(event.record)]
            streams.setdefault(tuple(sorted(labels.items())), []).append(entry)
        body = {"streams": [{"stream": dict(labels), "values": entries} for labels, entries in streams.items()]}
        self._receiver.post(self._uri, compact(body).encode(), "application/json", *self._headers)

    def _line(self, record: Record) -> str:
        dropped = self._removed | set(self._label_keys)
        kept = {key: value for key, value in record.items() if key not in dropped}
        if self._single and len(kept) == 1:
            value = next(iter(kept.values()))
            return value if isinstance(value, str) else compact(value)
        if self._key_value:
            return " ".join(f"{key}={_quoted(value)}" for key, value in kept.items())
        return compact(kept)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _label(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not value:
        raise ConfigurationError(f"loki: labels: '{text}' is no label with a value")
    return name.strip(), value.strip()


def _resolved(value: str, record: Record) -> str:
    return str(record.get(value[1:], "")) if value.startswith("$") else value


def _quoted(value: Any) -> str:
    return compact(value) if isinstance(value, str) else str(value)
