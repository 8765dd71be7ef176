"""What an API server says of an object, divided into a remark for each field."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from chartgate.tools.control_plane.client import Answer

HIDDEN = "(hidden)"
# The errors of structured-merge-diff, which server-side apply uses: ".spec.prots: field not declared in schema".
_TYPED = re.compile(r"^\s*\.(?P<where>[^\s:]+(?:\[[^\]]*\][^\s:]*)*): (?P<what>.+)$", re.MULTILINE)
# The errors of the strict decoder: 'unknown field "spec.prots"'.
_STRICT = re.compile(r'unknown field "(?P<where>[^"]+)"')
# What server-side apply begins with; it names the object, which the finding does as well.
_PREFIX = re.compile(
    r"^failed to (?:create typed patch|convert new) object \([^)]*\)(?: to proper version)?: "
    r"(?:unable to convert unstructured object to [^:]*: )?"
)
_UNDECLARED = "field not declared in schema"
# A warning about a field begins with its path.
_AT_FIELD = re.compile(r"(?P<where>[a-z]\w*(?:\.[\w/-]+|\[[^\]]*\])+): (?P<what>.+)", re.DOTALL)
# How structured-merge-diff quotes a value that has the wrong type.
_QUOTED = re.compile(r"got &?value\.\w+\{.*\}", re.DOTALL)

# A step of a path: "[0]", '[name="a"]' or ".name"; and a key of an entry in such brackets.
_STEP = re.compile(r"\[((?:[^\]\"]|\"[^\"]*\")*)\]|([^.\[\]]+)")
_KEY = re.compile(r'([\w.-]+)=("[^"]*"|[^,]+)')


@dataclass(frozen=True, order=True)
class Remark:
    """A remark of the server on one field; `rule` is "refused", "unknown-field" or "warning"; `where` may be empty."""

    rule: str
    where: str
    what: str


def remarks(answer: Answer, manifest: Mapping[str, Any]) -> list[Remark]:
    """What the server remarks on an object, each once; empty where it takes the object in silence.

    No remark repeats what a Secret holds.
    """
    found = [_of_warning(text) for text in answer.warnings]
    if answer.refused:
        found += _of_refusal(answer)
    hidden = sorted({text for text in _secrets_of(manifest) if text}, key=len, reverse=True)
    return sorted({Remark(one.rule, _with_indices(one.where, manifest), _without(one.what, hidden)) for one in found})


def _of_warning(text: str) -> Remark:
    found = _AT_FIELD.fullmatch(text)
    return Remark("warning", found["where"], found["what"]) if found else Remark("warning", "", text)


def _of_refusal(answer: Answer) -> list[Remark]:
    details = answer.document.get("details")
    causes = details.get("causes") if isinstance(details, Mapping) else None
    if causes:
        return [Remark("refused", str(cause.get("field", "")), str(cause.get("message", ""))) for cause in causes]
    message = _PREFIX.sub("", answer.message)
    typed = [
        Remark("unknown-field" if found["what"] == _UNDECLARED else "refused", found["where"], found["what"])
        for found in _TYPED.finditer(message)
    ]
    strict = [Remark("unknown-field", found["where"], "unknown field") for found in _STRICT.finditer(message)]
    return typed or strict or [Remark("refused", "", message)]


def _with_indices(where: str, manifest: Mapping[str, Any]) -> str:
    """A place whose entries of lists are named by their index, and not by their keys as structured-merge-diff does."""
    result, node = "", cast("Any", manifest)
    for key, name in _STEP.findall(where):
        keys = dict(_KEY.findall(key))
        if keys and isinstance(node, list):
            key = next((str(index) for index, item in enumerate(node) if _has(item, keys)), key)
        step = key or name
        result += f"[{step}]" if key else f".{step}"
        if isinstance(node, list):
            node = node[int(step)] if step.isdecimal() and int(step) < len(node) else None
        else:
            node = node.get(step) if isinstance(node, Mapping) else None
    return result.lstrip(".")


def _has(item: Any, keys: Mapping[str, str]) -> bool:
    """Whether the entry of a list has these keys, as JSON; one that it lacks has a default there."""
    return isinstance(item, Mapping) and all(
        key not in item or json.dumps(item[key]) == value for key, value in keys.items()
    )


def _without(what: str, hidden: Iterable[str]) -> str:
    if hidden:
        what = _QUOTED.sub(f"got {HIDDEN}", what)
        for text in hidden:
            what = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", HIDDEN, what)
    return what


def _secrets_of(manifest: Mapping[str, Any]) -> list[str]:
    """The texts that a Secret holds; empty for any other object."""
    if manifest.get("kind") != "Secret":
        return []
    parts = [manifest.get(part) for part in ("data", "stringData")]
    return [str(value) for part in parts if isinstance(part, Mapping) for value in part.values()]
