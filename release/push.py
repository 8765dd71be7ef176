"""Pushes an archive to an OCI registry. A version that is there with other content is never replaced."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from release.archive import run_helm, sha256
from release.errors import ReleaseError
from release.index import Chart, require_same

# The answers of registries (OCI distribution specification, Error Codes), and Helm's word for them.
_MISSING = re.compile(r"(?<!credential )not found|manifest unknown|name unknown")


def is_missing(message: str) -> bool:
    """Whether Helm says that a registry does not have a version, and not that it may not ask.

    >>> is_missing("registry.example.com/charts/claude-relay:1.0.0: not found")
    True
    >>> is_missing('HEAD "https://registry.example.com/v2/": basic credential not found')
    False
    """
    return _MISSING.search(message) is not None


def push_archive(archive: Path, chart: Chart, registry: str, options: Sequence[str] = ()) -> str:
    """Push an archive, with the provenance file beside it, and return its reference by digest.

    A version that is there with the same content is left as it is.

    Args:
        chart: name and version of the archive.
        registry: the folder of the registry, such as "oci://registry.example.com/charts".
        options: options of Helm for the connection, such as --plain-http.

    Raises:
        ReleaseError: the version is there with other content, or Helm fails.
    """
    name, version = chart
    reference = f"{registry}/{name}"
    with tempfile.TemporaryDirectory() as temporary:
        try:
            said = run_helm(["pull", reference, "--version", version, "--destination", temporary, *options])
        except ReleaseError as error:
            if not is_missing(str(error)):
                raise
            said = run_helm(["push", str(archive), registry, *options])
        else:
            require_same(f"{reference}:{version}", sha256(Path(temporary, archive.name)), sha256(archive))
    digest = re.search(r"sha256:[0-9a-f]{64}", said)
    if digest is None:
        raise ReleaseError(f"{reference}: Helm did not tell the digest of the pushed chart: {said.strip()}")
    return f"{reference.removeprefix('oci://')}@{digest[0]}"
