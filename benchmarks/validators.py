"""chartgate's schema check and kubeconform on the same objects with the same schemas.

python -m benchmarks.validators [--rounds N]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cases import CHART, NEWEST
from benchmarks.measuring import Cost, measure, take_turns
from benchmarks.programs import find_program
from benchmarks.tables import say_table
from chartgate.errors import GateError
from chartgate.releases.objects import KubeObject
from chartgate.releases.render import render
from chartgate.tools.cache import scratch_folder
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.schemas import api_schemas, custom_schema
from chartgate.values.chart import read_chart

OURS, THEIRS = "chartgate, schema check", "kubeconform 0.8.0"
OBJECTS = "objects.yaml"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    try:
        kubeconform = find_program("kubeconform")
        with scratch_folder() as folder:
            objects = _objects()
            text = yaml.safe_dump_all([json.loads(json.dumps(obj.manifest)) for obj in objects])
            (folder / OBJECTS).write_text(text, encoding="utf-8")
            _write_schemas(objects, folder)
            location = f"{folder}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"
            command = [str(kubeconform), "-strict", "-kubernetes-version", f"{NEWEST}.0", "-n", "2"]
            command += ["-schema-location", location, str(folder / OBJECTS)]
            ours = [sys.executable, "-m", "benchmarks.schema_check", str(folder / OBJECTS)]
            contestants = {
                OURS: lambda: measure(ours, cwd=CHART.parent.parent),
                THEIRS: lambda: measure(command),
            }
            costs = take_turns(contestants, options.rounds)
    except GateError as error:
        print(f"validators: {error}", file=sys.stderr)
        return 2
    print(f"{len(objects)} distinct objects of claude-relay's CI cases, median of {options.rounds} rounds\n")
    say_table(
        ("", "objects/s", "wall s", "CPU s", "× wall", "× CPU"),
        [_row(*item, costs[OURS], len(objects)) for item in costs.items()],
    )
    return 0


def _objects() -> list[KubeObject]:
    chart = read_chart(CHART)
    found: dict[str, KubeObject] = {}
    for case in chart.ci_cases:
        release = render(
            chart.files,
            helm=EMBEDDED,
            values=case.values,
            release=case.release,
            namespace=case.namespace,
            kube_version=NEWEST,
        )
        found |= {obj.digest: obj for obj in release if _schema(obj) is not None}
    return list(found.values())


def _schema(obj: KubeObject) -> dict[str, Any] | None:
    kind = (obj.api_version, obj.kind)
    return api_schemas(NEWEST).schema(*kind) or custom_schema(kind)


def _write_schemas(objects: list[KubeObject], folder: Path) -> None:
    """A file a kind under kubeconform's name for it, with no more definitions than the kind needs."""
    for obj in objects:
        group, _, version = obj.api_version.rpartition("/")
        suffix = f"-{group.partition('.')[0]}-{version}" if group else f"-{version}"
        path = folder / f"{obj.kind.lower()}{suffix}.json"
        schema = _schema(obj)
        if schema is not None and not path.exists():
            known = schema.get("definitions", {})
            needed = {name: known[name] for name in _needed(schema.get("$ref"), known, set())}
            path.write_text(json.dumps({**schema, "definitions": needed}), encoding="utf-8")


def _needed(node: Any, known: dict[str, Any], seen: set[str]) -> set[str]:
    """The names of the definitions that a reference leads to, on whatever way."""
    for name in _references(node):
        if name not in seen:
            seen.add(name)
            _needed(known[name], known, seen)
    return seen


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, str) and node.startswith("#/definitions/"):
        yield node.removeprefix("#/definitions/")
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _references(child)


def _row(name: str, cost: Cost, ours: Cost, objects: int) -> tuple[str, ...]:
    return (
        name,
        f"{objects / cost.wall:.0f}",
        f"{cost.wall:.2f}",
        f"{cost.cpu:.2f}",
        f"{cost.wall / ours.wall:.2f}",
        f"{cost.cpu / ours.cpu:.2f}",
    )


if __name__ == "__main__":
    sys.exit(main())
