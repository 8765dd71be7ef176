"""chartgate's schema check on the objects of a file: `python -m benchmarks.schema_check FILE`."""

import sys
from pathlib import Path

from benchmarks.cases import NEWEST
from chartgate.findings.runner import examine
from chartgate.findings.schema import CHECK
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case


def main() -> int:
    """Check the objects; says each finding."""
    file = Path(sys.argv[1])
    objects = tuple(kube_object(manifest, file.name, "apps") for manifest in read_all(file.read_bytes()))
    (verdict,) = examine(CHECK, [Rendered(Case("objects"), Release("r", "apps", "", NEWEST, objects))])
    for finding in verdict.findings:
        print(f"{finding.about}: {finding.where}: {finding.what}")
    return 1 if verdict.findings else 0


if __name__ == "__main__":
    sys.exit(main())
