"""Fluent Bit's configurations in ConfigMaps hold sections, plugins and keys that Fluent Bit knows."""

from chartgate.findings.fluent_bit.check import CHECK

__all__ = ["CHECK"]
