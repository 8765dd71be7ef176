"""Values laid over values as Helm's command line does it: files first, then --set and its kin."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from helm_python import _native

from chartgate.errors import Inexpressible
from chartgate.tools.merging import merged

# The order in which Helm applies them, wherever they stand on the command line.
PARSERS = {
    "--set-json": "helm_strvals_parse_json",
    "--set": "helm_strvals_parse",
    "--set-string": "helm_strvals_parse_string",
    "--set-file": "helm_strvals_parse_file",
    "--set-literal": "helm_strvals_parse_literal",
}


def with_sets(values: dict[str, Any], sets: Sequence[str]) -> dict[str, Any]:
    """The values with Helm's own arguments, flag and text in turn, laid over them.

    Raises:
        HelmError: Helm does not understand an argument.
        Inexpressible: the command line would change a list in place, which can't be said with whole values.
    """
    pairs = list(zip(sets[::2], sets[1::2], strict=True))
    unknown = sorted({flag for flag, _ in pairs} - PARSERS.keys())
    if unknown:
        raise Inexpressible(", ".join(unknown))
    for flag, parser in PARSERS.items():
        for text in _texts(flag, pairs):
            if flag == "--set-json" and text.strip().startswith("{"):
                over = json.loads(text)
            else:
                over = json.loads(_native.call_string(parser, text))
            _refuse_list_over_list(values, over, flag)
            values = merged(values, over)
    return values


def _texts(flag: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    texts = [text for name, text in pairs if name == flag]
    # Said in one breath, they may speak of the items of one list.
    return [",".join(texts)] if texts and flag in {"--set", "--set-string"} else texts


def _refuse_list_over_list(base: Any, over: Any, where: str) -> None:
    if isinstance(base, list) and isinstance(over, list):
        raise Inexpressible(f"{where} changes a list that the values have")
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        for key in base.keys() & over.keys():
            _refuse_list_over_list(base[key], over[key], f"{where} {key}")
