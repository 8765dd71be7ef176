"""The output es: Elasticsearch's bulk API. Source: Elasticsearch reference, Bulk API."""

import json
import time

from ..configuration import Section
from ..errors import DeliveryError
from ..events import Event, compact, iso8601
from .post import HttpReceiver


class Elasticsearch:
    """Documents with their time as `@timestamp`, in one index or, with `Logstash_Format`, one a day."""

    def __init__(self, section: Section) -> None:
        self._receiver = HttpReceiver(section, 9200)
        self._path = section.get("path").rstrip("/") + "/_bulk"
        self._index = section.get("index", "fluent-bit")
        self._type = None if section.switch("suppress_type_name", False) else section.get("type", "_doc")
        self._daily = section.switch("logstash_format", False)
        self._prefix = section.get("logstash_prefix", "logstash")
        self._date = section.get("logstash_dateformat", "%Y.%m.%d")
        self._time_key = section.get("time_key", "@timestamp")
        self._tag_key = section.get("tag_key", "_flb-key") if section.switch("include_tag_key", False) else ""
        key = section.get("http_api_key")
        self._headers = [("Authorization", f"ApiKey {key}")] if key else []

    def send(self, tag: str, events: list[Event]) -> None:
        body = "".join(self._operation(tag, event) for event in events)
        content = self._receiver.post(self._path, body.encode(), "application/x-ndjson", *self._headers)
        try:
            refused = json.loads(content or b"{}").get("errors", False)
        except ValueError as error:
            raise DeliveryError("Elasticsearch answered no JSON") from error
        if refused:
            raise DeliveryError("Elasticsearch refused documents")

    def _operation(self, tag: str, event: Event) -> str:
        index = self._index
        if self._daily:
            index = f"{self._prefix}-{time.strftime(self._date, time.gmtime(event.time))}"
        action = {"_index": index} | ({"_type": self._type} if self._type else {})
        document = {self._time_key: iso8601(event.time, digits=3)}
        document |= ({self._tag_key: tag} if self._tag_key else {}) | event.record
        return compact({"create": action}) + "\n" + compact(document) + "\n"
