"""Renovate, which cannot run here, finds every pin that it has no manager of its own for."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SETTINGS = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def found() -> dict[str, set[str]]:
    """What the managers find: versions by the name of the dependency."""
    versions: dict[str, set[str]] = {}
    for manager in SETTINGS["customManagers"]:
        patterns = [pattern.strip("/") for pattern in manager["managerFilePatterns"]]
        for name in (name for name in TRACKED if any(re.search(pattern, name) for pattern in patterns)):
            for text in manager["matchStrings"]:
                for match in re.finditer(text.replace("(?<", "(?P<"), (ROOT / name).read_text(encoding="utf-8")):
                    dependency = match.groupdict().get("depName") or manager["depNameTemplate"]
                    versions.setdefault(dependency, set()).add(match["currentValue"])
    return versions


@pytest.mark.parametrize(
    "path",
    ["chartgate/tools/catalogue.yaml", "tests/e2e/pins.yaml", "benchmarks/pins.yaml", "release/actionlint.yaml"],
)
def test_every_pinned_download_is_found(path: str) -> None:
    versions = found()

    def pins(node: object) -> list[tuple[str, str]]:
        if isinstance(node, dict):
            own = [
                (str(node[key]), str(node["version"]))
                for key in ("pypi", "npm", "go")
                if "version" in node and key in node
            ]
            return [*own, *(pin for value in node.values() for pin in pins(value))]
        return [pin for value in node for pin in pins(value)] if isinstance(node, list) else []

    wanted = [(n, v) for n, v in pins(yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))) if v != "None"]
    assert wanted
    assert [(name, version) for name, version in wanted if version not in versions.get(name, set())] == []


def test_the_images_are_found() -> None:
    images = {"docker.io/redis", "fluent/fluent-bit", "quay.io/prometheuscommunity/json-exporter"}
    assert images | {"ghcr.io/wei-shaw/claude-relay-service", "kindest/node"} <= found().keys()
    assert len(found()["kindest/node"]) == 2
