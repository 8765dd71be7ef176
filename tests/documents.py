"""The code blocks of the documents, and for each the test that runs it or the reason why none does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHART_README = ROOT / "charts" / "claude-relay" / "README.md"
OPERATIONS = ROOT / "docs" / "operations.md"

_BLOCK = re.compile(
    r"^(?:(?P<indent> *)<!-- (?P<mark>run by|not run): (?P<told>.+?) -->\n+)?"
    r"(?P<fence> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A code block. A comment above it names the test that runs it (`run_by`), or why none does (`not_run`)."""

    document: Path
    heading: str
    language: str
    text: str
    run_by: str | None
    not_run: str | None

    def __str__(self) -> str:
        """
        >>> str(Block(OPERATIONS, "Restore", "bash", "helm list\\n", None, None))
        'docs/operations.md: Restore: helm list'
        """
        return f"{self.document.relative_to(ROOT)}: {self.heading}: {self.text.splitlines()[0]}"


def documents() -> list[Path]:
    """Every Markdown document of the repository."""
    ignored = {".venv", ".tools", ".pytest_cache", "node_modules", "dist"}
    return sorted(path for path in ROOT.rglob("*.md") if not ignored & set(path.relative_to(ROOT).parts))


def blocks(document: Path, text: str | None = None) -> Iterator[Block]:
    """The blocks of a document, or of another text of it."""
    text = document.read_text(encoding="utf-8") if text is None else text
    for found in _BLOCK.finditer(text):
        above = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text[: found.start()]), re.MULTILINE)
        lines = found["text"].splitlines(keepends=True)
        yield Block(
            document,
            above[-1] if above else "",
            found["language"],
            "".join(line.removeprefix(found["fence"]) for line in lines),
            found["told"] if found["mark"] == "run by" else None,
            found["told"] if found["mark"] == "not run" else None,
        )


def shell_blocks(document: Path, heading: str) -> list[str]:
    """The shell blocks below a heading, up to the next one."""
    return [block.text for block in blocks(document) if (block.heading, block.language) == (heading, "bash")]
