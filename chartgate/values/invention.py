"""Values invented from a schema: at random, but the same ones for the same seed.

Our own rather than hypothesis-jsonschema: a case has to be one known step away from an accepted one, with the path that
Helm has to name. rstr makes text for patterns.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from rstr import Rstr

from chartgate.values.shape import Schema, Shape

HOSTILE = (
    "no",
    "null",
    "~",
    "1e3",
    "0x1f",
    "0o17",
    "1_000",
    "2026-01-01",
    "007",
    ".5",
    "true",
    "{{ .Values }}",
    "}}{{",
    'it\'s "quoted" \\ and `so on`',
    "# no comment",
    "key: value",
    "- item",
    "*alias &anchor !tag",
    "${HOME} $(PATH) %d",
    " surrounded ",
    "first\nsecond\n",
    "tab\there",
    "ünï¢ödé 漢字 🚀",
    "next\u2028line",
    "<a href='x'>&amp;</a>",
    "[]",
    "{}",
    "---",
    "x" * 4000,
)
"""Texts that a template easily takes for something else: numbers, booleans, YAML, templates, shell."""

TRIES = 12
MOST_REPEATS = 12
"""How often rstr may repeat what a pattern repeats without end; of its own it is a hundred times, level by level."""


class _Text(Rstr):
    def _handle_repeat(self, start_range: int, end_range: int, value: str) -> str:
        text: str = super()._handle_repeat(start_range, min(end_range, max(start_range, MOST_REPEATS)), value)
        return text


class Inventor:
    """Invents values that fit a part of `shape`'s schema."""

    def __init__(self, shape: Shape, random: Random) -> None:
        self.shape = shape
        self.random = random
        self._text = _Text(random)

    def value(self, schema: Schema) -> Any:
        """A value that fits `schema`.

        Raises:
            LookupError: none was found: the schema leaves the content open, or is beyond what is understood here.
        """
        for _ in range(TRIES):
            value = self._attempt(self.shape.resolved(schema))
            if self.shape.fits_at(value, schema):
                return value
        raise LookupError("no fitting value found")

    def _attempt(self, schema: Schema) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        for word in ("oneOf", "anyOf"):
            if schema.get(word):
                branch = self.shape.resolved(self.random.choice(schema[word]))
                return self._attempt({**{key: part for key, part in schema.items() if key != word}, **branch})
        match self._type(schema):
            case "boolean":
                return self.random.random() < 0.5
            case "integer":
                return self._integer(schema)
            case "number":
                return self._integer(schema) if self.random.random() < 0.5 else self._integer(schema) / 2
            case "array":
                return self._list(schema)
            case "object":
                return self._map(schema)
            case "string":
                return self._string(schema)
            case _:
                # Nothing says what it is, so that anything invented would be refused by whoever reads it.
                raise LookupError("the schema leaves the content open")

    def _type(self, schema: Schema) -> str:
        types = schema.get("type", "object" if "properties" in schema else "")
        return str(self.random.choice([one for one in types if one != "null"]) if isinstance(types, list) else types)

    def _integer(self, schema: Schema) -> int:
        low = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
        high = int(schema.get("maximum", max(low, 0) + 1000))
        return self.random.choice(
            [low, high, self.random.randint(low, high), self.random.randint(low, min(high, low + 99))]
        )

    def _string(self, schema: Schema) -> str:
        if self.random.random() < 0.4:
            hostile = self.hostile(schema)
            if hostile:
                return self.random.choice(hostile)
        pattern = schema.get("pattern")
        if pattern:
            return self._text.xeger(pattern)[: schema.get("maxLength")]
        length = self.random.randint(schema.get("minLength", 0), min(schema.get("maxLength", 40), 200))
        return self._text.rstr("abcdefghijklmnopqrstuvwxyz0123456789-", length)

    def hostile(self, schema: Schema) -> list[str]:
        """The hostile texts that fit `schema`."""
        return [text for text in HOSTILE if self.shape.fits_at(text, schema)]

    def _list(self, schema: Schema) -> list[Any]:
        items = schema.get("items")
        if not isinstance(items, Mapping):
            raise LookupError("the schema leaves the items open")
        fewest = schema.get("minItems", 0)
        count = self.random.randint(fewest, max(fewest, min(schema.get("maxItems", 2), 2)))
        return [self.value(items) for _ in range(count)]

    def _map(self, schema: Schema) -> dict[str, Any]:
        required = schema.get("required", ())
        found = {}
        for key, child in (schema.get("properties") or {}).items():
            if key in required:
                found[key] = self.value(child)
            elif self.random.random() < 0.5:
                try:
                    found[key] = self.value(child)
                except LookupError:
                    continue  # may be left out
        more = schema.get("additionalProperties", True)
        if isinstance(more, Mapping):
            names = self.shape.resolved(schema.get("propertyNames", {}))
            for index in range(self.random.randint(0, 2)):
                key = f"example.com/key-{index}"
                found[key if not names or self.shape.fits_at(key, names) else self.value(names)] = self.value(more)
        elif schema.get("additionalProperties") is True or not schema.get("properties"):
            raise LookupError("the schema leaves the content open")
        return found
