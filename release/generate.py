"""Writes what the chart's folder has of the release's: the addresses in its README, and its licence.

python -m release.generate            write the files
python -m release.generate --check    exit 1 and name the files that differ
"""

import sys
from pathlib import Path

from release.archive import LICENSE
from release.errors import ReleaseError
from release.settings import CHART, Settings, read_settings
from schema.files import ROOT, SourceError, main

BEGIN, END = "<!-- addresses: begin -->", "<!-- addresses: end -->"

INSTALLATION = """\
From the chart repository:

```bash
helm repo add claude-relay {repository}
helm repo update
helm install my-claude-relay claude-relay/claude-relay
```

From the OCI registry, with Helm 3.8 or later:

```bash
helm install my-claude-relay {oci}/claude-relay
```

The commands below name the chart `claude-relay/claude-relay`. With the OCI registry, write
`{oci}/claude-relay` instead.
"""


def installation(settings: Settings) -> str:
    """The part of the README that tells where the chart is published."""
    return INSTALLATION.format(repository=settings.repository, oci=settings.oci)


def outputs(root: Path = ROOT) -> dict[Path, str]:
    """Every generated file and its text.

    Raises:
        SourceError: release.yaml is invalid, or the README has no place for the addresses.
    """
    try:
        settings = read_settings(root)
    except ReleaseError as error:
        raise SourceError(str(error)) from error
    readme = root / CHART / "README.md"
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SourceError(f"{CHART}/README.md: no place for the addresses: add {BEGIN!r} and {END!r}")
    return {
        readme: f"{before}{begin}\n{installation(settings)}\n{end}{after}",
        root / CHART / LICENSE: (root / LICENSE).read_text(encoding="utf-8"),
    }


if __name__ == "__main__":
    sys.exit(main("python -m release.generate", __doc__ or "", outputs))
