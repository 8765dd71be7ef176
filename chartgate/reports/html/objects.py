"""A page an object: its manifest in YAML, Secrets masked. Equal objects are one page, whichever cases have them."""

from collections.abc import Iterator
from html import escape

from chartgate.releases.objects import KubeObject
from chartgate.reports.json_report import object_key
from chartgate.reports.masking import as_yaml, masked


class ObjectPages:
    """Collects objects while the cases are written, and writes each once."""

    def __init__(self) -> None:
        self._objects: dict[str, KubeObject] = {}
        # Objects are shared between renders; hashing each once is what makes a thousand cases cheap.
        self._keys: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def keep(self, obj: KubeObject) -> str:
        """The object's fragment, such as "o-0a1b…"."""
        content = f"{obj.template} {obj.digest}"
        if content not in self._keys:
            self._keys[content] = f"o-{object_key(obj)}"
        key = self._keys[content]
        self._objects.setdefault(key, obj)
        return key

    def pages(self) -> Iterator[str]:
        """The sections, hidden until one is the target."""
        for key, obj in self._objects.items():
            yield (
                f'<section class="page object" id="{key}"><h2><small>{escape(obj.kind)}</small> {escape(obj.name)}</h2>'
                f'<p class="meta">namespace {escape(obj.namespace)} · <code>{escape(obj.template)}</code></p>'
                f"<pre>{escape(as_yaml(masked(obj)), quote=False)}</pre></section>"
            )
