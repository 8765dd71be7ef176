"""checkov's Kubernetes policies, every one of them on, over all objects."""

from chartgate.findings.checkov.check import CHECK, check_with

__all__ = ["CHECK", "check_with"]
