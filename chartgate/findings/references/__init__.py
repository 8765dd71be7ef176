"""Whatever one object says about another is true: names, keys, ports, selectors and mounts resolve."""

from chartgate.findings.references.check import CHECK

__all__ = ["CHECK"]
