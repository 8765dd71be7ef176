"""The size of a release as Helm stores it: a Secret with the chart, the values and the manifests, compressed.

Source: helm/helm, pkg/storage/driver/util.go (encodeRelease: JSON, gzip, base64), pkg/release and pkg/chart (what of
both is JSON), pkg/chart/loader/load.go (what of a chart is kept); kubernetes/kubernetes, pkg/apis/core/validation,
ValidateSecret (MaxSecretSize).
"""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import yaml

from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.merging import merged
from chartgate.values.assignments import assigned

LARGEST = 1024 * 1024
"""The most bytes of a Secret's data."""
NAMED = 3
"""The number of parts of a release that a message names."""
_ENVELOPE = 4096
"""More than the size of the parts that are not counted: the name, times, the status."""
_PER_FILE = len('{"name":"","data":""},')
# Read into fields of their own.
_APART = frozenset({"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"})


@dataclass(frozen=True)
class Oversize:
    """A release that no Secret can hold: its size in bytes, and its largest parts, the largest first."""

    size: int
    largest: tuple[str, ...]


def oversize(
    chart: ChartFiles, values: Sequence[str], sets: Sequence[str], sources: Sequence[tuple[str, str]]
) -> Oversize | None:
    """The size of a release above LARGEST; None for one that Helm can store.

    It is close to the real size: Go compresses a little less than zlib, and the text of NOTES.txt is left out.

    Args:
        values: the user's values files.
        sets: the user's --set arguments, flag and value in turn.
        sources: the template and the text of each manifest.
    """
    manifest = "".join(f"---\n# Source: {template}\n{text}\n" for template, text in sources)
    # Compression takes time, and nearly all releases are small enough without it.
    rest = len(manifest.encode(errors="replace")) + sum(map(len, values)) + sum(map(len, sets)) + _ENVELOPE
    if _in_base64(_compressed_chart(chart) + 2 * rest) <= LARGEST:
        return None
    config = _config(values, sets)
    beside = len(zlib.compress(_json([manifest, config]), 1))
    if _in_base64(_compressed_chart(chart) + beside + _ENVELOPE) <= LARGEST:
        return None
    size = stored_size({"chart": _chart(chart), "config": config, "manifest": manifest})
    if size <= LARGEST:
        return None
    parts = {name: len(content) for name, content in _kept(chart).items()}
    for template, text in sources:
        name = f"the manifests of {template}"
        parts[name] = parts.get(name, 0) + len(text)
    return Oversize(size, tuple(sorted(parts, key=lambda name: (-parts[name], name))[:NAMED]))


def stored_size(release: Mapping[str, Any]) -> int:
    """How many bytes of a Secret's data a release takes, given as the data that Helm writes as JSON."""
    return len(base64.b64encode(gzip.compress(_json(release), mtime=0)))


def _in_base64(size: int) -> int:
    return (size + 2) // 3 * 4


def _json(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), default=str).encode()


def _config(values: Sequence[str], sets: Sequence[str]) -> Any:
    return reduce(merged, _read(values, sets), {})


def _read(values: Sequence[str], sets: Sequence[str]) -> Iterator[Any]:
    for text in values:
        try:
            yield read_one(text) or {}
        except yaml.YAMLError:
            yield {}  # Helm reports it
    yield assigned(tuple(sets)) if sets else {}


@lru_cache(maxsize=16)
def _compressed_chart(chart: ChartFiles) -> int:
    """More than the size of the compressed chart: the sum for its files. Changed charts have most files in common."""
    stored = _chart(chart)
    files = [stored["schema"], *(file["data"] for file in (*stored["templates"], *stored["files"]))]
    rest = {**stored, "schema": "", "templates": [], "files": [*_kept(chart)]}
    return len(zlib.compress(_json(rest), 1)) + sum(_compressed(text) + _PER_FILE for text in files)


@lru_cache(maxsize=512)
def _compressed(text: str) -> int:
    return len(zlib.compress(text.encode(), 1))


def _chart(chart: ChartFiles) -> Mapping[str, Any]:
    """What Helm stores of a chart. Its subcharts are not stored."""
    kept = [{"name": name, "data": _text(data)} for name, data in sorted(_kept(chart).items())]
    return {
        "metadata": chart.mapping("Chart.yaml"),
        "lock": chart.mapping("Chart.lock"),
        "templates": [file for file in kept if file["name"].startswith("templates/")],
        "values": chart.mapping("values.yaml"),
        "schema": _text(chart.contents.get("values.schema.json", b"")),
        "files": [file for file in kept if not file["name"].startswith("templates/")],
    }


def _kept(chart: ChartFiles) -> dict[str, bytes]:
    return {
        name: data for name, data in chart.contents.items() if not name.startswith("charts/") and name not in _APART
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
