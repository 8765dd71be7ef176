"""Insertions and replacements in a text, by byte positions."""

from dataclasses import dataclass, field


@dataclass
class Edits:
    """Collects changes of a text. Insertions at the same position stand in the order in which they were added."""

    made: list[tuple[int, int, str]] = field(default_factory=list)

    def insert(self, position: int, text: str) -> None:
        """Insert a text before the byte at `position`."""
        self.made.append((position, position, text))

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace the bytes from `start` to before `end` by a text."""
        self.made.append((start, end, text))

    def applied(self, text: bytes) -> bytes:
        """The text with all changes; in `text`, the positions are those of the original."""
        pieces, position = [], 0
        for start, end, new in sorted(self.made, key=lambda edit: edit[0]):
            pieces += [text[position:start], new.encode()]
            position = end
        return b"".join([*pieces, text[position:]])
