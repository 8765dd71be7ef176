"""Writes what files have of the release's: addresses in the chart's README and in lines for editors, and its licence.

python -m release.generate            write the files
python -m release.generate --check    exit 1 and name the files that differ
"""

import sys
from pathlib import Path

from chartgate.errors import GateError
from release.addresses import installation
from release.archive import LICENSE
from release.schemas import SOURCES, with_addresses
from release.settings import CHART, read_settings
from schema.files import ROOT, SourceError, main

INTERFACES = "docs/interfaces.md"
BEGIN, END = "<!-- addresses: begin -->", "<!-- addresses: end -->"


def outputs(root: Path = ROOT) -> dict[Path, str]:
    """Every generated file and its text.

    Raises:
        SourceError: release.yaml is invalid, or the README has no place for the addresses.
    """
    try:
        settings = read_settings(root)
    except GateError as error:
        raise SourceError(str(error)) from error
    readme = root / CHART / "README.md"
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SourceError(f"{CHART}/README.md: no place for the addresses: add {BEGIN!r} and {END!r}")
    edited = [root / INTERFACES, *(root / CHART / f"{name}.yaml" for name in SOURCES)]
    return {
        readme: f"{before}{begin}\n{installation(settings)}\n{end}{after}",
        root / CHART / LICENSE: (root / LICENSE).read_text(encoding="utf-8"),
        **{path: with_addresses(path.read_text(encoding="utf-8"), settings) for path in edited},
    }


if __name__ == "__main__":
    sys.exit(main("python -m release.generate", __doc__ or "", outputs))
