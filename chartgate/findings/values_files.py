"""Values files as Helm reads them: a key that appears twice is no error, and the first one has no effect."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from chartgate.findings.finding import Finding
from chartgate.tools.kubernetes_yaml import read_values

KEY = "render"
RULE = "duplicate-key"


def examine(chart: Path) -> Iterator[Finding]:
    """A finding for each key of values.yaml and of the CI values files that appears again in the same mapping."""
    for path in (chart / "values.yaml", *sorted((chart / "ci").glob("*-values.yaml"))):
        try:
            _, repeated = read_values(path.read_bytes())
        except (OSError, yaml.YAMLError):
            continue  # told where the file is read
        for key, line in repeated:
            what = f"the key {key} appears again in the same mapping, and Helm takes the last one"
            yield Finding(KEY, RULE, str(path.relative_to(chart)), f"line {line}", what, "remove one of the two")
