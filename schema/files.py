"""Generated files: written, or compared with what lies there."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SourceError(Exception):
    """A source under `schema/` is not what the generator reads; the message has the place and the remedy."""


def main(program: str, about: str, outputs: Callable[[], Mapping[Path, str]]) -> int:
    """Write the files that `outputs` makes; with `--check`, exit with 1 where one differs and write nothing."""
    parser = argparse.ArgumentParser(prog=program, description=about.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not up to date")
    check = parser.parse_args().check
    try:
        files = outputs()
    except SourceError as error:
        print(f"schema: {error}", file=sys.stderr)
        return 2
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        name = path.relative_to(ROOT)
        if check:
            print(f"{name}: differs from its source: run `make generate`", file=sys.stderr)
        else:
            path.write_text(files[path], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0
