"""What an argument names: a published chart, or a path. tests/e2e/publishing/test_gate.py pulls them."""

from pathlib import Path

import pytest

from chartgate.values.chart_reference import ChartReference, chart_argument

OCI = "oci://registry.example.com:5000/charts/relay"
DIGEST = f"{OCI}@sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (OCI, ChartReference(OCI)),
        (f"{OCI}:1.2.3", ChartReference(OCI, "1.2.3")),
        (DIGEST, ChartReference(DIGEST)),
        ("https://example.com:8443/relay-1.2.3.tgz", ChartReference("https://example.com:8443/relay-1.2.3.tgz")),
        ("charts/relay", Path("charts/relay")),
        ("./relay", Path("relay")),
        ("relay-1.2.3.tgz", Path("relay-1.2.3.tgz")),
    ],
)
def test_an_argument_is_a_reference_or_a_path(text: str, named: ChartReference | Path) -> None:
    assert chart_argument(text) == named


def test_a_reference_reads_as_it_was_written() -> None:
    assert str(chart_argument(f"{OCI}:1.2.3")) == f"{OCI}:1.2.3"
