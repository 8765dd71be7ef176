"""What every API server refuses although the object fits its schema: words, ranges, formats, contradictions."""

from chartgate.findings.api_server.check import CHECK

__all__ = ["CHECK"]
