"""Ways to render cases and look at the objects: `python -m benchmarks.contestants WAY FOLDER`."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path
from typing import Any

import yaml

from benchmarks.assertions import ASSERTIONS
from benchmarks.cases import CHART, FileCase, read_cases
from chartgate.releases.render import render
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.helm import find_helm


def embedded(folder: Path) -> list[str]:
    """chartgate's way: Helm's library in a worker a processor, and each distinct text parsed once."""
    files = read_chart_files(CHART)

    def failures(case: FileCase) -> list[str]:
        release = render(
            files,
            helm=EMBEDDED,
            values=Path(case.values).read_text(encoding="utf-8"),
            release=case.release,
            namespace=case.namespace,
            kube_version=case.kubernetes,
            api_versions=case.api_versions,
        )
        return _failures(case, ((obj.template, obj.manifest) for obj in release))

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return [failure for found in pool.map(failures, read_cases(folder)) for failure in found]


def naive(folder: Path) -> list[str]:
    """What a first harness does: one `helm template` after the other, parsed by PyYAML as it comes."""
    helm = find_helm("4")
    found = []
    for case in read_cases(folder):
        command = [str(helm.path), "template", case.release, str(CHART), "--namespace", case.namespace]
        command += ["--values", case.values, "--kube-version", f"{case.kubernetes}.0"]
        command += [part for version in case.api_versions for part in ("--api-versions", version)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found += _failures(case, _with_templates(printed))
    return found


def _with_templates(printed: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for part in printed.split("---\n# Source: ")[1:]:
        template, _, body = part.partition("\n")
        yield template, yaml.load(body, yaml.SafeLoader)


def _failures(case: FileCase, objects: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    made = {template.partition("/")[2]: manifest for template, manifest in objects}
    return [
        f"{case.name}: {assertion}"
        for assertion in ASSERTIONS
        if assertion.template not in made or not assertion.holds(made[assertion.template], case.release)
    ]


def main() -> int:
    """Run one way; says each assertion that does not hold."""
    way, folder = sys.argv[1:]
    failures = {"embedded": embedded, "naive": naive}[way](Path(folder))
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
