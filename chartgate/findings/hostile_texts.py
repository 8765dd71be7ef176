"""Texts that look like something else reach the objects as they were written."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachComparison
from chartgate.releases.comparisons import HARMLESS_WORD
from chartgate.releases.differences import written
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.walk import Path, walk
from chartgate.values.hostile_cases import WORD


def expected(rendered: Rendered, harmless: Release) -> list[tuple[KubeObject, str, str]]:
    """(object, place, text) wherever the hostile text has to be: where the harmless word is."""
    return [
        (obj, written(path), found.replace(WORD, rendered.case.hostile))
        for obj in harmless
        for path, found in _texts_of(obj.manifest)
        if WORD in found
    ]


def judge(rendered: Rendered, harmless: Release) -> Iterator[Fault]:
    """Faults where a hostile text is not in the objects although a harmless word in its place is."""
    wanted = expected(rendered, harmless)
    here = [place for obj in rendered.release for place in _texts_of(obj.manifest)]
    lost = Counter(found for _, _, found in wanted) - Counter(found for _, found in here)
    places = {(written(path), found) for path, found in here if found in lost}
    for found in lost:
        obj, where, _ = next((place for place in wanted if place[2] == found and place[1:] not in places), wanted[0])
        yield Fault("lost", where, f"does not hold the text of {rendered.case.proves}", object=obj)


def _texts_of(manifest: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every text of an object, keys included, with its path; what a Secret holds also as it was before base64."""
    is_secret = manifest.get("kind") == "Secret"
    for path, node in walk(manifest):
        texts = [node] if isinstance(node, str) else list(node) if isinstance(node, Mapping) else []
        for text in texts:
            yield path, text
            if is_secret and path[:1] == ("data",):
                yield path, _decoded(text)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


CHECK = Check(
    key="hostile-texts",
    title="Hostile texts arrive whole",
    why="A password of `0x1f`, `no` or with a quote in it must not become a number, a boolean or broken YAML.",
    source="Helm documentation, The Chart Template Developer's Guide, YAML Techniques (scalars and type coercion)",
    scopes=(EachComparison(HARMLESS_WORD, judge, counted=lambda *two: len(expected(*two))),),
    rules={
        "lost": Rule(
            "a text of the values is not in the objects where a harmless word in its place is",
            "write the value through toYaml, toJson or quote, and let no later step read it as YAML again",
            "password: {{ .Values.password }} with the password 0x1f",
        ),
    },
    about="texts in values.schema.json",
)
