"""A table for the terminal and for a document."""

from collections.abc import Sequence


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a head, in Markdown's form, the first column to the left and the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    marks = [f"{'-' * width}{':' if column else '-'}" for column, width in enumerate(widths)]
    for number, line in enumerate(lines):
        cells = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print(f"| {' | '.join(cells)} |")
        if not number:
            print(f"|{'|'.join(f'-{mark}' for mark in marks)}|")
