"""What an API server says of an object, divided into a remark for each field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.tools.control_plane.client import Answer

HIDDEN = "(hidden)"
# The errors of structured-merge-diff, which server-side apply uses: ".spec.prots: field not declared in schema".
_TYPED = re.compile(r"^\s*\.(?P<where>[^\s:]+(?:\[[^\]]*\][^\s:]*)*): (?P<what>.+)$", re.MULTILINE)
# The errors of the strict decoder: 'unknown field "spec.prots"'.
_STRICT = re.compile(r'unknown field "(?P<where>[^"]+)"')
_UNDECLARED = "field not declared in schema"
# A warning about a field begins with its path.
_AT_FIELD = re.compile(r"(?P<where>[a-z]\w*(?:\.[\w/-]+|\[[^\]]*\])+): (?P<what>.+)", re.DOTALL)
# How structured-merge-diff quotes a value that has the wrong type.
_QUOTED = re.compile(r"got &?value\.\w+\{.*\}", re.DOTALL)


@dataclass(frozen=True, order=True)
class Remark:
    """A remark of the server on one field; `rule` is "refused", "unknown-field" or "warning"; `where` may be empty."""

    rule: str
    where: str
    what: str


def remarks(answer: Answer, secrets: Iterable[str] = ()) -> list[Remark]:
    """What the server remarks, each once; empty where it takes the object in silence.

    `secrets` are texts that a remark must not repeat.
    """
    found = [_of_warning(text) for text in answer.warnings]
    if answer.refused:
        found += _of_refusal(answer)
    hidden = sorted({text for text in secrets if text}, key=len, reverse=True)
    return sorted({_without(remark, hidden) for remark in found})


def _of_warning(text: str) -> Remark:
    found = _AT_FIELD.fullmatch(text)
    return Remark("warning", found["where"], found["what"]) if found else Remark("warning", "", text)


def _of_refusal(answer: Answer) -> list[Remark]:
    details = answer.document.get("details")
    causes = details.get("causes") if isinstance(details, Mapping) else None
    if causes:
        return [Remark("refused", str(cause.get("field", "")), str(cause.get("message", ""))) for cause in causes]
    message = answer.message
    typed = [
        Remark("unknown-field" if found["what"] == _UNDECLARED else "refused", found["where"], found["what"])
        for found in _TYPED.finditer(re.sub(r"^failed to create typed patch object \([^)]*\): ", "", message))
    ]
    strict = [Remark("unknown-field", found["where"], "unknown field") for found in _STRICT.finditer(message)]
    return typed or strict or [Remark("refused", "", message)]


def _without(remark: Remark, hidden: Iterable[str]) -> Remark:
    what = remark.what
    if hidden:
        what = _QUOTED.sub(f"got {HIDDEN}", what)
        for text in hidden:
            what = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", HIDDEN, what)
    return Remark(remark.rule, remark.where, what)


def secrets_of(manifest: Mapping[str, Any]) -> list[str]:
    """The texts that a Secret holds; empty for any other object."""
    if manifest.get("kind") != "Secret":
        return []
    parts = [manifest.get(part) for part in ("data", "stringData")]
    return [str(value) for part in parts if isinstance(part, Mapping) for value in part.values()]
