"""ValidatingAdmissionPolicies of Kubernetes, evaluated for the objects of the chart as an API server evaluates them."""

from chartgate.findings.policies.check import CHECK, check_with

__all__ = ["CHECK", "check_with"]
