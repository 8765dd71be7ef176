"""Which kinds each Kubernetes version knows.

Run as a program (`make generate`) it writes `served_kinds.json` from the Kubernetes schemas of the catalogue, so that a
question about a kind needs none of these large packages.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import KindKey, api_schemas, known_versions

FILE = files(__package__).joinpath("served_kinds.json")


@cache
def served_kinds(version: str) -> frozenset[KindKey]:
    """The (apiVersion, kind) pairs that the OpenAPI of a Kubernetes version lists; none of an unknown version."""
    minor = version_key(version)
    return frozenset(
        kind for kind, (oldest, newest) in _spans().items() if version_key(oldest) <= minor <= version_key(newest)
    )


@cache
def _spans() -> dict[KindKey, tuple[str, str]]:
    spans: dict[str, tuple[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {(name.rpartition("/")[0], name.rpartition("/")[2]): span for name, span in spans.items()}


def document() -> str:
    """The text of the file: the oldest and the newest Kubernetes version that has each kind."""
    served: dict[str, list[str]] = {}
    for version in known_versions():
        for api, kind in api_schemas(version).kinds:
            served.setdefault(f"{api}/{kind}", []).append(version)
    return spans_of(served)


def spans_of(served: dict[str, list[str]]) -> str:
    """A line for each name, with the first and the last of its versions, between which it never was away."""
    for name, versions in served.items():
        first = known_versions().index(versions[0])
        assert tuple(versions) == known_versions()[first : first + len(versions)], f"{name} came back"
    lines = (f"  {json.dumps(name)}: {json.dumps([served[name][0], served[name][-1]])}" for name in sorted(served))
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    Path(str(FILE)).write_text(document(), encoding="utf-8")
