"""Changes of a text by byte positions."""

from dataclasses import dataclass, field


@dataclass
class Edits:
    """Insertions and replacements, made in the order of the text; at one place the first comes first."""

    made: list[tuple[int, int, str]] = field(default_factory=list)

    def insert(self, position: int, text: str) -> None:
        """Insert a text before the byte at `position`."""
        self.made.append((position, position, text))

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of the bytes from `start` to before `end`."""
        self.made.append((start, end, text))

    def applied(self, text: bytes) -> bytes:
        """The text with all changes."""
        pieces, position = [], 0
        for start, end, new in sorted(self.made, key=lambda edit: edit[0]):
            pieces += [text[position:start], new.encode()]
            position = end
        return b"".join([*pieces, text[position:]])
