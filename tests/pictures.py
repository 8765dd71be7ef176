"""The pictures of the documents: what commands print on a terminal about small charts.

python -m tests.pictures            write the files
python -m tests.pictures --check    exit 1 and name the files that differ
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import yaml
from rich.console import Console
from rich.text import Text

from schema.files import ROOT, main
from tests.documents import blocks

DOCS = ROOT / "docs"
COLUMNS = 110
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_SECONDS = re.compile(r"\d+\.\d s\b")

SHOP_TESTS = (
    "def test_the_host_comes_from_the_values(render):\n"
    "    (config,) = render({'host': 'shop.example'})\n"
    "    assert config.manifest['data'] == {'host': 'shop.example'}\n"
)


def outputs() -> dict[Path, str]:
    """Every picture, and its text."""
    coverage = next(block.text for block in blocks(DOCS / "coverage.md") if block.language == "yaml")
    mutation = next(block.text for block in blocks(DOCS / "mutation.md") if block.language == "yaml")
    live = {"templates/config.yaml": mutation, "values.yaml": "host: shop.example\nhots: old.example\n"}
    return {
        DOCS / "pictures" / f"{name}.svg": picture(name, files, options)
        for name, files, options in (
            ("coverage", {"templates/config.yaml": coverage, "values.yaml": "global: {}\n"}, ()),
            (
                "mutate",
                {
                    "templates/config.yaml": mutation,
                    "values.yaml": "host: shop.example\n",
                    "tests/test_shop.py": SHOP_TESTS,
                },
                ("--tests", "my-chart/tests"),
            ),
            ("live", live, ()),
        )
    }


def picture(command: str, files: Mapping[str, str], options: tuple[str, ...] = ()) -> str:
    """What a command prints on a terminal, as SVG.

    Args:
        command: a subcommand of chartgate.
        files: the files of the chart, beside Chart.yaml, by their paths.
        options: of the command.

    Raises:
        RuntimeError: the command cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        chart = {"apiVersion": "v2", "name": "my-chart", "version": "1.0.0"}
        settings = {"helm": ["4"], "kubernetes": ["1.37"]}
        for path, text in {"Chart.yaml": yaml.dump(chart), "chartgate.yaml": yaml.dump(settings), **files}.items():
            place = Path(folder, "my-chart", path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        arguments = [command, "my-chart", *options]
        done = subprocess.run(
            [sys.executable, "-m", "chartgate", *arguments],
            cwd=folder,
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"chartgate {' '.join(arguments)}: {done.stderr}")
    screen = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    screen.print(f"[bold]$ chartgate {' '.join(arguments)}[/bold]", highlight=False)
    screen.print(Text.from_ansi(_SECONDS.sub("1.0 s", done.stdout)))
    # No font comes from the Internet: the reader's own will do.
    return _FONTS.sub("", screen.export_svg(title=f"chartgate {command}", unique_id=command)) + "\n"


if __name__ == "__main__":
    sys.exit(main("python -m tests.pictures", __doc__ or "", outputs))
