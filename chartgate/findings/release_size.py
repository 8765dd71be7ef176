"""How large a release of the chart is where Helm stores it.

Source: helm/helm, pkg/storage/driver/util.go (encodeRelease) and pkg/chart/loader/load.go (what of a chart is kept);
kubernetes/kubernetes, pkg/apis/core/validation, ValidateSecret (MaxSecretSize).
"""

import base64
import gzip
import json
from collections.abc import Iterator

from chartgate.findings.check import Fault
from chartgate.tools.chart_files import ChartFiles

LARGEST = 1024 * 1024
"""The most bytes of a Secret's data."""
NAMED_FILES = 3
# Read into fields of their own; of these only values.yaml and the schema can be large, and both are well compressed.
_APART = frozenset({"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"})


def judge(files: ChartFiles) -> Iterator[Fault]:
    """A fault where the files of the chart alone make a release that no Secret can hold.

    Values and manifests add to it, so that a release may be too large without this fault. Subcharts are not stored.
    """
    kept = {
        name: data for name, data in files.contents.items() if not name.startswith("charts/") and name not in _APART
    }
    size = stored_size(kept)
    if size > LARGEST:
        largest = sorted(kept, key=lambda name: (-len(kept[name]), name))[:NAMED_FILES]
        what = (
            f"its files alone make a release of {size / LARGEST:.1f} MiB, and the Secret in which Helm stores it "
            f"can have 1 MiB; the largest files are {', '.join(largest)}"
        )
        yield Fault("release-size", "", what)


def stored_size(files: dict[str, bytes]) -> int:
    """How many bytes files take in a stored release, which is JSON, compressed with gzip, in base64."""
    entries = [{"name": name, "data": base64.b64encode(data).decode()} for name, data in sorted(files.items())]
    return len(base64.b64encode(gzip.compress(json.dumps(entries).encode(), mtime=0)))
