"""No misshapen chart is a fault of the gate: to read it and to choose its cases ends with cases or a clear error."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
import yaml

from chartgate.errors import GateError
from chartgate.values.chart import read_chart
from chartgate.values.selection import Choice, select

MakeChart = Callable[[dict[str, str]], Path]

SCHEMA = {
    "type": "object",
    "properties": {
        "mode": {"enum": ["a", "b", 3, None]},
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "open": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "map": {"type": "object", "additionalProperties": {"$ref": "#/definitions/text"}},
    },
    "definitions": {"text": {"type": "string", "pattern": "^[a-z]+$"}},
}
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\nkubeVersion: '>=1.30.0-0'\n"
    "dependencies: [{name: kid, version: 1.0.0, condition: kid.enabled, alias: child}]\n",
    "charts/kid/Chart.yaml": "apiVersion: v2\nname: kid\nversion: 1.0.0\n",
    "values.yaml": "mode: a\nsize: 1\nopen: true\nlist: [{name: x}]\nmap: {a: b}\n",
    "values.schema.json": json.dumps(SCHEMA),
    "chartgate.yaml": "helm: ['4']\nkubernetes: ['1.30']\ndocuments: [README.md]\nrelease: r\n"
    "exceptions: [{check: a, rule: b, reason: because of this}]\n"
    "outside: [{object: Secret/x, reason: somebody makes it}]\n",
    "matrix.yaml": "axes:\n- {name: a, values: {x: {open: true}, y: {open: false}}}\n- {name: b, helm: [embedded, '4']}"
    "\nstrength: [{t: 2, only: {a: x}}]\nconstraints: {exclude: [{when: {a: x, b: '4'}, reason: not together}]}\n",
    "ci/a-values.yaml": "# Proves a.\nsize: 2\n",
    "README.md": "# Tiny\n\n```yaml\nsize: 3\n```\n\n"
    "```sh\nhelm install tiny tiny --set size=3 -f ci/a-values.yaml\n```\n",
    ".helmignore": "ci/\n*.tmp\n!README.md\n",
    "templates/x.yaml": '{{ if .Capabilities.APIVersions.Has "a/v1" }}{{ end }}\n',
}
PARTS = (
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "- ",
    "''",
    '"',
    "null",
    "~",
    "1e99",
    "-1",
    "true",
    "&a ",
    "*a",
    "\x00",
    "\ufeff",
    "…",
)
ODD: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1e99,
    "",
    "x" * 300,
    "{{",
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"a": {"b": [{}]}},
)


def broken_texts(text: str, chance: random.Random) -> Iterator[str]:
    """The text with characters gone, doubled and added; and where it is YAML, with odd values in its places."""
    while True:
        if chance.random() < 0.5:
            at, length = chance.randrange(len(text) + 1), chance.randrange(12)
            yield (
                text[:at] + chance.choice(("", text[at : at + length] * 2, chance.choice(PARTS))) + text[at + length :]
            )
            continue
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        yield json.dumps(_with_odd_place(data, chance))


def _with_odd_place(node: object, chance: random.Random) -> object:
    if isinstance(node, dict) and node and chance.random() < 0.85:
        key = chance.choice(list(node))
        return {**node, key: _with_odd_place(node[key], chance)}
    if isinstance(node, list) and node and chance.random() < 0.85:
        at = chance.randrange(len(node))
        return [*node[:at], _with_odd_place(node[at], chance), *node[at + 1 :]]
    return chance.choice(ODD)


def assert_clear(error: GateError) -> None:
    assert ": " in str(error)
    assert len(str(error)) > 20


@pytest.mark.parametrize("name", FILES)
def test_a_misshapen_file_ends_in_cases_or_in_a_clear_word(make_chart: MakeChart, name: str) -> None:
    chart = make_chart(FILES)
    assert select(read_chart(chart), Choice(generated=5)).cases
    for number, text in enumerate(islice(broken_texts(FILES[name], random.Random(1)), 60)):
        (chart / name).write_bytes(text.encode("utf-8", "replace"))
        try:
            read = read_chart(chart)
            assert len(read.digest) == 64
            selection = select(read, Choice(generated=5, seed=number))
            list(islice(selection.accepted, 5))
        except GateError as error:
            assert_clear(error)
        except Exception as error:
            raise AssertionError(f"{name} with {text!r} is a fault of the gate: {error!r}") from error
