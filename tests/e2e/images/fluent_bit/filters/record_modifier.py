"""The filter record_modifier: adds keys to a record, or takes some away."""

from ..configuration import Section
from ..errors import ConfigurationError
from ..events import Event


class RecordModifier:
    """`Record KEY VALUE` and `Remove_key KEY`, each as often as it is written."""

    def __init__(self, section: Section) -> None:
        self._added = {}
        for line in section.all("record"):
            key, _, value = line.partition(" ")
            if not value:
                raise ConfigurationError(f"record_modifier: Record '{line}' needs a key and a value")
            self._added[key] = value.strip()
        self._removed = set(section.all("remove_key"))

    def __call__(self, _: str, event: Event) -> Event:
        kept = {key: value for key, value in event.record.items() if key not in self._removed}
        return Event(event.time, {**kept, **self._added})
