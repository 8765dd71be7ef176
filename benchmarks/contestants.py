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
from benchmarks.cases import CHART, NEWEST, FileCase, read_cases
from chartgate.findings.schema import CHECK
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.render import render
from chartgate.releases.rendered import Rendered
from chartgate.tools.embedded import EMBEDDED
from chartgate.tools.helm import find_helm
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case


def embedded(folder: Path) -> list[str]:
    """chartgate's way: Helm's library in a worker a processor, and each distinct text parsed once."""

    def failures(case: FileCase) -> list[str]:
        release = render(
            CHART,
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


def schema(folder: Path) -> list[str]:
    """chartgate's schema check on the objects of a file."""
    manifests = read_all((folder / "objects.yaml").read_bytes())
    objects = tuple(kube_object(manifest, "objects.yaml", "apps") for manifest in manifests)
    (verdict,) = CHECK.examine([Rendered(Case("objects"), Release("r", "apps", "", NEWEST, objects))])
    return [f"{finding.object}: {finding.where}: {finding.what}" for finding in verdict.findings]


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
    failures = {"embedded": embedded, "naive": naive, "schema": schema}[way](Path(folder))
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
