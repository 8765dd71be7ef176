"""Values invented from a schema: at random, but the same ones for the same seed.

Our own rather than hypothesis-jsonschema: a case has to be one known step away from an accepted one, with the path that
Helm has to name. rstr makes text for patterns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from random import Random
from string import printable
from typing import Any

from rstr import Rstr

from chartgate.values.formats import EXAMPLES
from chartgate.values.intent import meant_number, meant_text
from chartgate.values.shape import Place, Schema, Shape

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


DEEPEST = 24
"""Levels of a value after which a schema is taken to ask for itself without end."""
LONGEST_INTEGER = 2**53
"""Helm reads larger numbers as floating point, so that they lose digits."""


MOST_ITEMS = 100
LONGEST_KEY = 253
MOST_CHARACTERS = 100_000


# rstr itself takes the characters of \W and of [^…] from sets, whose order is another in each process.
_NO_WORD = "".join(character for character in printable if not (character.isalnum() or character == "_"))


class _Text(Rstr):
    def __init__(self, random: Random) -> None:
        super().__init__(random, nonword=_NO_WORD)

    def _handle_repeat(self, start_range: int, end_range: int, value: Any) -> str:
        # rstr itself fails where a part has to be there more than a hundred times.
        times = self._random.randint(start_range, min(end_range, max(start_range, MOST_REPEATS)))
        return "".join(self._handle_state(state) for _ in range(times) for state in value)

    def _handle_in(self, value: Any) -> Any:
        found = [character for state in value for character in self._handle_state(state)]
        is_negated = found[0] is False
        return self._random.choice([one for one in printable if one not in found[1:]] if is_negated else found)


BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
SAYS_WHAT_A_TEXT_IS = frozenset({"pattern", "format"})
"""A schema with one of these keywords says which texts are valid. A length says nothing about the characters."""


@dataclass(frozen=True)
class At:
    """Where a value is to stand: the key, and the default there."""

    key: str
    default: Any = None


class RandomValues:
    """Invents values that fit a part of `shape`'s schema."""

    def __init__(self, shape: Shape, random: Random) -> None:
        self.shape = shape
        self.random = random
        self._text = _Text(random)
        self._keys: dict[int, tuple[Schema, Schema]] = {}

    def value_at(self, place: Place) -> Any:
        """A value that fits the schema of a place, and that people may mean there.

        Raises:
            LookupError: as `value`.
        """
        return self.value(place.schema, At(place.key, self.shape.default_at(place.path)))

    def value(self, schema: Schema, at: At | None = None, depth: int = 0) -> Any:
        """A value that fits `schema`.

        Args:
            at: where it is to stand, so that people may mean it there; None: whatever the schema allows.
            depth: how many levels of a larger value it is within.

        Raises:
            LookupError: none was found: the schema leaves the content open, or is beyond what is understood here.
        """
        if depth > DEEPEST:
            raise LookupError("the schema asks for itself without end")
        for _ in range(TRIES):
            value = self._attempt(self.shape.resolved(schema), at, depth)
            if self.shape.fits_at(value, schema):
                return value
        raise LookupError("no fitting value found")

    def _attempt(self, schema: Schema, at: At | None, depth: int) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        for word in ("oneOf", "anyOf"):
            if schema.get(word):
                branch = self.shape.resolved(self.random.choice(schema[word]))
                others = {key: part for key, part in schema.items() if key != word}
                if depth > DEEPEST:
                    raise LookupError("the schema asks for itself without end")
                return self._attempt({**others, **branch}, at, depth + 1)
        match self._type(schema):
            case "boolean":
                return self.random.random() < 0.5
            case "integer":
                return self._integer(schema, at)
            case "number":
                return self._number(schema, at)
            case "array":
                return self._list(schema, at, depth)
            case "object":
                return self._map(schema, at, depth)
            case "string":
                return self._string(schema, at)
            case _:
                # Nothing says what it is, so that anything invented would be refused by whoever reads it.
                raise LookupError("the schema leaves the content open")

    def _type(self, schema: Schema) -> str:
        types = schema.get("type", "object" if "properties" in schema else "")
        if isinstance(types, list):
            types = self.random.choice([one for one in types if one != "null"] or [""])
        return str(types)

    def _integer(self, schema: Schema, at: At | None) -> int:
        if at is not None and not schema.keys() & BOUNDS:
            return int(meant_number(at.key, at.default)(self.random))
        low, high = _bounds(schema)
        step = _number_of(schema, "multipleOf")
        if step is not None and step >= 1 and step == int(step):
            return int(step) * self._integer({"minimum": low / int(step), "maximum": high / int(step)}, at)
        return self.random.choice(
            [low, high, self.random.randint(low, high), self.random.randint(low, min(high, low + 99))]
        )

    def _number(self, schema: Schema, at: At | None) -> float:
        low = _number_of(schema, "minimum", "exclusiveMinimum")
        high = _number_of(schema, "maximum", "exclusiveMaximum")
        if low is not None and high is not None and high - low < 1:
            return round(self.random.uniform(low, high), 3)
        return self._integer(schema, at) if self.random.random() < 0.5 else self._integer(schema, at) / 2

    def _string(self, schema: Schema, at: At | None) -> str:
        if at is not None and not schema.keys() & SAYS_WHAT_A_TEXT_IS:
            meant = meant_text(at.key, at.default)
            if meant is not None:
                texts = (str(meant(self.random)) for _ in range(TRIES))
                # None fits where the schema asks for an unusual length.
                return next((text for text in texts if self.shape.fits_at(text, schema)), self._letters(schema))
        if schema.get("format") in EXAMPLES:
            return self.random.choice(EXAMPLES[schema["format"]])
        if self.random.random() < 0.4:
            hostile = self.hostile(schema)
            if hostile:
                return self.random.choice(hostile)
        pattern = schema.get("pattern")
        if pattern:
            return self._matching(pattern)[: int(schema["maxLength"]) if "maxLength" in schema else None]
        return self._letters(schema)

    def _letters(self, schema: Schema) -> str:
        """Letters, digits and hyphens, as many as a schema allows; the ends are letters."""
        longest = int(schema["maxLength"]) if "maxLength" in schema else None
        shortest = int(schema.get("minLength", 0))
        if shortest > min(MOST_CHARACTERS, MOST_CHARACTERS if longest is None else longest):
            raise LookupError("no text is that long")
        usual = 40 if longest is None else min(longest, 200)
        length = self.random.randint(shortest, max(shortest, usual))
        inner = self._text.rstr("abcdefghijklmnopqrstuvwxyz0123456789-", max(0, length - 2))
        return f"a{inner}z"[:length]

    def _matching(self, pattern: str) -> str:
        try:
            return str(self._text.xeger(pattern))
        except Exception as error:
            raise LookupError("the pattern is beyond what rstr understands") from error

    def hostile(self, schema: Schema) -> list[str]:
        """The hostile texts that fit `schema`."""
        return [text for text in HOSTILE if self.shape.fits_at(text, schema)]

    def _list(self, schema: Schema, at: At | None, depth: int) -> list[Any]:
        items = schema.get("items")
        if not isinstance(items, Mapping):
            raise LookupError("the schema leaves the items open")
        fewest = int(schema.get("minItems", 0))
        if fewest > MOST_ITEMS:
            raise LookupError("the schema asks for more items than anybody writes")
        count = self.random.randint(fewest, max(fewest, min(int(schema.get("maxItems", 2)), 2)))
        return [self.value(items, at and At(at.key), depth + 1) for _ in range(count)]

    def _map(self, schema: Schema, at: At | None, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        found = {}
        for key, child in self.shape.properties(schema).items():
            if key in required:
                found[key] = self.value(child, at and At(key), depth + 1)
            elif self.random.random() < 0.5:
                try:
                    found[key] = self.value(child, at and At(key), depth + 1)
                except LookupError:
                    continue  # may be left out
        more = schema.get("additionalProperties", True)
        if isinstance(more, Mapping):
            names = self._key_schema(schema)
            for index in range(self.random.randint(0, 2)):
                key = f"example.com/key-{index}"
                name = key if self.shape.fits_at(key, names) else self.value(names, at and At("key"), depth + 1)
                found[name] = self.value(more, at and At(at.key), depth + 1)
        elif schema.get("additionalProperties") is True or not schema.get("properties"):
            raise LookupError("the schema leaves the content open")
        return found

    def _key_schema(self, schema: Schema) -> Schema:
        """The schema of the keys of a map: a key in YAML has at most 1024 characters (YAML 1.2, 7.4.2)."""
        if id(schema) not in self._keys:
            names = self.shape.resolved(schema.get("propertyNames", {}))
            longest = min(int(names.get("maxLength", LONGEST_KEY)), LONGEST_KEY)
            # The map is kept beside its keys, so that its identity is not given to another.
            self._keys[id(schema)] = (schema, {"type": "string", **names, "maxLength": longest})
        return self._keys[id(schema)][1]


def _number_of(schema: Schema, *keys: str) -> float | None:
    """The number at the first of these keys that has one; draft 4 has booleans at some."""
    numbers = (schema.get(key) for key in keys)
    return next((one for one in numbers if isinstance(one, int | float) and not isinstance(one, bool)), None)


def _bounds(schema: Schema) -> tuple[int, int]:
    """The lowest and the highest integer that a schema allows; a thousand numbers where it names no highest one.

    Raises:
        LookupError: it allows none.
    """
    minimum, beyond = _number_of(schema, "minimum"), _number_of(schema, "exclusiveMinimum")
    lows = [ceil(minimum) + (schema.get("exclusiveMinimum") is True)] if minimum is not None else []
    lows += [floor(beyond) + 1] if beyond is not None else []
    maximum, above = _number_of(schema, "maximum"), _number_of(schema, "exclusiveMaximum")
    highs = [floor(maximum) - (schema.get("exclusiveMaximum") is True)] if maximum is not None else []
    highs += [ceil(above) - 1] if above is not None else []
    low = max(lows) if lows else min(0, *highs) if highs else 0
    high = min(highs) if highs else max(low, 0) + 1000
    low, high = max(low, -LONGEST_INTEGER), min(high, LONGEST_INTEGER)
    if low > high:
        raise LookupError("no integer is within the bounds")
    return low, high
