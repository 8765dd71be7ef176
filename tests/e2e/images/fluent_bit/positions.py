"""How far each file has been read, on disk: a restart goes on from there (`DB` of the input)."""

import sqlite3
from contextlib import closing

from .errors import ConfigurationError


class Positions:
    """Offsets by inode, since rotation renames files. Without a path nothing is kept.

    Raises:
        ConfigurationError: the file cannot be opened; its folder must be there.
    """

    def __init__(self, path: str) -> None:
        try:
            self._database = sqlite3.connect(path or ":memory:", isolation_level=None)
        except sqlite3.OperationalError as error:
            raise ConfigurationError(f"[sqldb] cannot open database {path}") from error
        self._database.execute("CREATE TABLE IF NOT EXISTS files (inode INTEGER PRIMARY KEY, position INTEGER)")

    def get(self, inode: int) -> int | None:
        """The offset, in bytes; None for a file that was never read."""
        with closing(self._database.execute("SELECT position FROM files WHERE inode = ?", [inode])) as rows:
            row = rows.fetchone()
        return int(row[0]) if row else None

    def begin(self, inode: int, position: int) -> None:
        """A file is read for the first time, from this offset."""
        self._database.execute("REPLACE INTO files VALUES (?, ?)", [inode, position])

    def advance(self, inode: int, position: int) -> None:
        """What lies before the offset has arrived; nothing to keep for a file that was forgotten meanwhile."""
        self._database.execute("UPDATE files SET position = ? WHERE inode = ?", [position, inode])

    def drop(self, inode: int) -> None:
        """Forget a file: its number goes to another one after it."""
        self._database.execute("DELETE FROM files WHERE inode = ?", [inode])

    def keep_only(self, inodes: set[int]) -> None:
        """Forget the files that are gone."""
        for (inode,) in self._database.execute("SELECT inode FROM files").fetchall():
            if inode not in inodes:
                self.drop(inode)

    def close(self) -> None:
        self._database.close()
