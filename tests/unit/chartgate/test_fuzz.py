"""Misshapen charts of fixed seeds: each is judged, or refused with a GateError, and never ends in another error."""

import gzip
import json
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from chartgate import cli, gate
from chartgate.errors import GateError
from chartgate.findings.baseline import read_baseline
from chartgate.findings.registry import CHECKS
from chartgate.values import array_cache
from chartgate.values.chart import read_chart
from chartgate.values.selection import Choice, select

LABELS = "{app.kubernetes.io/name: a, app.kubernetes.io/instance: a, app.kubernetes.io/managed-by: Helm}"
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
    "values.yaml": "a: {b: 1, c: [x], d: false}\nreplicas: 2\n",
    "values.schema.json": json.dumps(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "a": {"type": "object", "properties": {"b": {"type": "integer", "minimum": 0}}},
                "replicas": {"type": "integer"},
            },
        }
    ),
    "templates/a.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, labels: {LABELS}}}\ndata: {{a: b}}\n",
    "ci/x-values.yaml": "replicas: 1\n",
    "README.md": "# t\n\n```yaml\nreplicas: 3\n```\n\n```sh\nhelm install x . --set replicas=3\n```\n",
    "chartgate.yaml": "kubernetes: ['1.37']\ndocuments: [README.md]\n",
    "matrix.yaml": json.dumps(
        {
            "axes": [
                {"name": "k", "kubernetes": ["1.37"]},
                {"name": "r", "values": {"one": None, "two": {"replicas": 2}}},
            ],
            "strength": [{"t": 1}],
        }
    ),
    "Chart.lock": "dependencies: []\n",
    ".helmignore": "*.bak\n",
}
JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e300, 2**70, "", "x", "\u2028", "{{", "a: b", "x" * 5000, "~", "*a", "#/properties/a"),
    *([], {}, [None], [[]], {"": None}, {"a": {"b": [1, [2]]}}),
)
BYTES = (
    b"\x00",
    b"\xff",
    b"{{",
    b"}}",
    b"\t",
    b": ",
    b"- ",
    b"&a ",
    b"*a",
    b"<<: ",
    b"\r",
    b"---\n",
    b"'",
    b'"',
    b"*\n",
)
WORDS: Mapping[str, tuple[Any, ...]] = {
    "type": ("string", "integer", "object", "array", "null", ["string", "null"], [], 3),
    "pattern": ("^[a-z]{128}$", "(?=x)", "\\p{L}+", "[", "^(a+)+$", "^.{1000000}$"),
    "$ref": ("#", "#/properties/a", "#/x", "#/properties/a/enum/0", "http://example.com/x", "other.json#/x", "#a%"),
    "format": ("uuid", "date", "ipv4", "regex", "made-up"),
    "enum": ([], ["a", 1, None, {}], "x"),
    "items": ({"type": "string"}, [{"type": "string"}], True, {"$ref": "#"}),
    "properties": ({"x": {"$ref": "#"}}, {"x": False}, []),
    "additionalProperties": (True, False, {"$ref": "#"}),
    "required": (["x"], "x", []),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "multipleOf"), (0, -1, 2.5, 1e300, True)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), (0, 3, 2.0, 10**12, -1)),
    **dict.fromkeys(("oneOf", "anyOf", "allOf"), ([{"type": "string"}, {"$ref": "#/properties/a"}], [], [True])),
}
SORTS = ("values.yaml", "values.schema.json", "matrix.yaml", "chartgate.yaml", "ci/x-values.yaml", "Chart.yaml")


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


def misshapen(name: str, random: Random) -> bytes:
    """A file of the chart in which a part or two is something else."""
    data = yaml.safe_load(CHART[name])
    for _ in range(random.randint(1, 2)):
        data = replaced(data, random.choice(places(data)), random.choice(JUNK))
    return json.dumps(data).encode()


def garbled(name: str, random: Random) -> bytes:
    """A file of the chart with bytes too many or too few."""
    content = CHART[name].encode()
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(content) + 1)
        part = random.choice((random.choice(BYTES), b""))
        content = content[:start] + part + content[start + (0 if part else random.randint(1, 20)) :]
    return content


def schema(random: Random) -> bytes:
    """A schema of words that fit together by chance."""
    properties = {
        key: {word: random.choice(WORDS[word]) for word in random.sample(sorted(WORDS), random.randint(1, 4))}
        for key in "abcd"
    }
    draft = random.choice(("http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-04/schema#", "x"))
    top = {"type": "object", "properties": properties, **({"$schema": draft} if random.random() < 0.7 else {})}
    return json.dumps(top).encode()


def dependencies(random: Random) -> bytes:
    """Chart.yaml with dependencies that Helm may or may not understand."""
    one = {"name": "kid", "version": "1.x", "condition": "kid.on", "tags": ["a"], "import-values": ["d"], "alias": "k"}
    entry = replaced(one, (random.choice(sorted(one)),), random.choice(JUNK))
    return json.dumps({**yaml.safe_load(CHART["Chart.yaml"]), "dependencies": random.choice([[entry], *JUNK])}).encode()


def archive(chart: Path, random: Random) -> bytes:
    """A packed chart with entries that no chart has, or with bytes too many or too few."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as ball:
        ball.add(chart, "tiny")
        for name in random.sample(("tiny/a", "/a", "tiny/../a", "tiny/values.yaml", "tiny/templates", "a/b"), 2):
            entry = tarfile.TarInfo(name)
            entry.type = random.choice((tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE))
            entry.linkname = "../a"
            ball.addfile(entry)
    content = packed.getvalue()
    at = random.randrange(len(content))
    broken = random.choice((content, content[:at], content[:at] + random.randbytes(99) + content[at + 99 :]))
    return gzip.compress(broken)[: random.choice((None, 99))]


def write(folder: Path, changed: Mapping[str, bytes], *without: str) -> Path:
    for name, text in CHART.items():
        if name not in without:
            path = folder / "tiny" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(changed.get(name, text.encode()))
    return folder / "tiny"


def selected(chart: Path) -> None:
    """Read all of a chart and make its cases; a GateError says what is wrong."""
    with suppress(GateError):
        selection = select(read_chart(chart), Choice(generated=10))
        list(islice(selection.accepted, 10))


def test_any_dependencies_are_read_or_refused(tmp_path: Path) -> None:
    for seed in range(40):
        kid = {"charts/kid/Chart.yaml": b"apiVersion: v2\nname: kid\nversion: 1.0.0\n"} if seed % 2 else {}
        chart = write(
            tmp_path / str(seed), {"Chart.yaml": dependencies(Random(seed)), "values.yaml": b"tags: {a: true}\n"}
        )
        for name, content in kid.items():
            (chart / name).parent.mkdir(parents=True)
            (chart / name).write_bytes(content)
        selected(chart)


def test_any_archive_is_read_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    chart = write(tmp_path, {})
    for seed in range(40):
        packed = tmp_path / f"{seed}.tgz"
        packed.write_bytes(archive(chart, Random(seed)))
        selected(packed)


def test_any_baseline_is_read_or_refused(tmp_path: Path) -> None:
    known = dict.fromkeys(("check", "rule", "object", "where", "what"), "text")
    data = {"format": 1, "findings": [known, {**known, "object": "\ud800", "group": "a"}]}
    for seed in range(60):
        random = Random(seed)
        path = tmp_path / f"{seed}.json"
        content = json.dumps(replaced(data, random.choice(places(data)), random.choice(JUNK))).encode()
        at = random.randrange(len(content))
        path.write_bytes(content[:at] + random.choice((*BYTES, b"")) + content[at:] if seed % 2 else content)
        with suppress(GateError):
            read_baseline(path)


@pytest.mark.parametrize("name", SORTS)
def test_a_misshapen_file_is_read_or_refused(tmp_path: Path, name: str) -> None:
    for seed in range(14):
        selected(write(tmp_path / str(seed), {name: misshapen(name, Random(seed))}))


@pytest.mark.parametrize("name", [*SORTS, "README.md", ".helmignore", "templates/a.yaml"])
def test_a_garbled_file_is_read_or_refused(tmp_path: Path, name: str) -> None:
    for seed in range(8):
        selected(write(tmp_path / str(seed), {name: garbled(name, Random(seed))}))


def test_any_schema_gives_cases_or_none(tmp_path: Path) -> None:
    for seed in range(40):
        changed = {"values.schema.json": schema(Random(seed)), "values.yaml": b"{}\n"}
        selected(write(tmp_path / str(seed), changed, "matrix.yaml", "ci/x-values.yaml", "README.md"))


@pytest.mark.parametrize("seed", range(8))
def test_a_run_ends_with_a_verdict(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, exit 1 with a finding, or exit 2 with a message: no traceback, and no fault of chartgate itself."""
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key != "checkov"))
    random = Random(seed)
    name = random.choice(("values.yaml", "values.schema.json", "templates/a.yaml", ".helmignore"))
    content = schema(random) if name == "values.schema.json" else garbled(name, random)
    chart = write(tmp_path, {name: content}, "matrix.yaml")
    code = cli.main([str(chart), "--helm", "embedded", "--kube", "1.37", "--generated", "4"])
    said = capsys.readouterr()
    assert code in {cli.CLEAN, cli.FINDINGS, cli.UNUSABLE}
    assert code != cli.FINDINGS or "[" in said.out
    assert code != cli.UNUSABLE or said.err.strip()
    assert "fault of chartgate" not in said.err


def test_a_damaged_cache_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_cache, "cache_folder", lambda _: tmp_path)
    selected(write(tmp_path / "first", {}))
    (array,) = tmp_path.glob("*.json")
    whole = array.read_bytes()
    for junk in (b"", b"null", b"[1]", b'[{"k": 1}]', b"\xff\x00", b'{"a": []}', whole[:-3]):
        array.write_bytes(junk)
        selected(write(tmp_path / "again", {}))
        assert array.read_bytes() == whole
