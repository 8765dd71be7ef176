"""What Helm's library writes to standard error, which is a file of the worker's process alone."""

import os

from chartgate.tools.warnings import warnings_in


def take_warnings() -> list[str]:
    """The warnings since the last call."""
    size = os.lseek(2, 0, os.SEEK_END)
    text = os.pread(2, size, 0).decode(errors="replace")
    os.ftruncate(2, 0)
    os.lseek(2, 0, os.SEEK_SET)
    return warnings_in(text)
