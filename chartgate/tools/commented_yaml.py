"""Changes YAML and keeps its comments, its order and its quotes, as far as ruamel.yaml can do it."""

import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from chartgate.tools.kubernetes_yaml import read_values


def edited(text: str, edit: Callable[[Any], object], expected: Mapping[str, Any]) -> str | None:
    """The text after `edit` has changed the mapping in it.

    ruamel.yaml reads YAML 1.2 and Helm YAML 1.1: they differ about `yes`, for example. Therefore the result is only
    used if Helm reads the values `expected` in it.

    Args:
        edit: changes the mapping in place.
        expected: the values that Helm has to read in the result.

    Returns:
        The text; None if Helm reads other values in it, or if ruamel.yaml cannot read the original.
    """
    # Loading it takes a tenth of the start of every command, and only this needs it.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 2**16  # no line is folded
    editor.indent(**_indents(text))
    result = io.StringIO()
    try:
        document = editor.load(text)
        edit(document)
        editor.dump(document, result)
        values, _ = read_values(result.getvalue())
    # A KeyError: a key comes from a merge (`<<`), and cannot be taken out of the mapping.
    except (YAMLError, yaml.YAMLError, LookupError):
        return None
    return result.getvalue() if _same(values or {}, expected) else None


def lost_comments(before: str, after: str) -> list[int]:
    """The numbers of the lines of `before`, from 1, whose comment is not in `after`."""
    kept = [line.strip() for line in after.splitlines()]
    lost = []
    for number, line in enumerate(before.splitlines(), 1):
        if line.lstrip().startswith("#"):
            if line.strip() in kept:
                kept.remove(line.strip())
            else:
                lost.append(number)
    return lost


def _indents(text: str) -> dict[str, int]:
    """How far the text indents mappings and lists; by default as `helm create` does."""
    mapping = re.search(r"(?m)^[^\s#][^\n]*:[ ]*\n(?:[ ]*#[^\n]*\n)*( +)[^\s#-]", text)
    sequence = re.search(r"(?m)^( *)[^\s#-][^\n]*:[ ]*\n(?:[ ]*#[^\n]*\n)*( *)- ", text)
    offset = len(sequence[2]) - len(sequence[1]) if sequence else 2
    return {"mapping": len(mapping[1]) if mapping else 2, "sequence": offset + 2, "offset": offset}


def _same(one: Any, other: Any) -> bool:
    # In JSON true is not 1, as it is in Python.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
