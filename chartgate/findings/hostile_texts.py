"""Texts that look like something else reach the objects as they were written."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict
from chartgate.releases.rendered import Rendered
from chartgate.values.hostile import WORD

KEY = "hostile-texts"
RULES = {"lost": "a text of the values is not in the objects where a harmless word in its place is"}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Compare each render of a hostile text with the render of a harmless word."""
    return [_verdict(rendered) for rendered in renders]


def _verdict(rendered: Rendered) -> Verdict:
    if rendered.harmless is None:
        return Verdict(rendered, 0, ())
    text = rendered.case.hostile
    expected = [
        (obj.ref, where, found.replace(WORD, text))
        for obj in rendered.harmless
        for where, found in _texts_of(obj.manifest)
        if WORD in found
    ]
    here = [place for obj in rendered.release for place in _texts_of(obj.manifest)]
    lost = Counter(found for _, _, found in expected) - Counter(found for _, found in here)
    missing = {
        found: next((place for place in expected if place[2] == found and place[1:] not in here), expected[0])
        for found in lost
    }
    what = f"does not hold the text of {rendered.case.proves}"
    found = tuple(Finding(KEY, "lost", ref, where, what, CHECK.remedy) for ref, where, _ in missing.values())
    return Verdict(rendered, len(expected), found)


def _texts_of(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of an object, keys included, with its place; what a Secret holds also as it was before base64."""
    yield from _texts(manifest, "")
    if manifest.get("kind") == "Secret":
        for where, text in _texts(manifest.get("data"), "data"):
            yield where, _decoded(text)


def _texts(node: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield where, node
    elif isinstance(node, Mapping):
        for key, child in node.items():
            yield where, str(key)
            yield from _texts(child, f"{where}.{key}".lstrip("."))
    elif isinstance(node, Iterable) and not isinstance(node, bytes):
        for index, child in enumerate(node):
            yield from _texts(child, f"{where}[{index}]")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


CHECK = OldCheck(
    key=KEY,
    title="Hostile texts arrive whole",
    why="A password of `0x1f`, `no` or with a quote in it must not become a number, a boolean or broken YAML.",
    remedy="write the value through toYaml, toJson or quote, and let no later step read it as YAML again",
    source="Helm documentation, The Chart Template Developer's Guide, YAML Techniques (scalars and type coercion)",
    examine=examine,
    rules=RULES,
    about="texts in values.schema.json",
)
