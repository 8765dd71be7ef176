"""Helm as a library: no program is needed, and a render costs milliseconds. See `process.py` for where it runs."""

from chartgate.tools.embedded.process import EMBEDDED, EmbeddedHelm, available

__all__ = ["EMBEDDED", "EmbeddedHelm", "available"]
