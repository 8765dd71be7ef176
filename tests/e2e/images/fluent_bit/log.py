"""The program's own log, on standard error as the real one's."""

import sys
import time

_LEVELS = ("off", "error", "warn", "info", "debug", "trace")


class Log:
    """Lines such as `[2026/11/24 16:00:00] [ info] [engine] started`, from a level on."""

    def __init__(self, level: str = "info") -> None:
        self._level = _LEVELS.index(level) if level in _LEVELS else _LEVELS.index("info")

    def error(self, text: str) -> None:
        self._write("error", text)

    def warn(self, text: str) -> None:
        self._write("warn", text)

    def info(self, text: str) -> None:
        self._write("info", text)

    def _write(self, level: str, text: str) -> None:
        if _LEVELS.index(level) <= self._level:
            sys.stderr.write(f"[{time.strftime('%Y/%m/%d %H:%M:%S')}] [{level:>5}] {text}\n")
            sys.stderr.flush()
