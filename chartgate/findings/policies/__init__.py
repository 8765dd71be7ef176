"""ValidatingAdmissionPolicies of Kubernetes, asked about the objects of the chart as an API server would ask them."""

from chartgate.findings.policies.check import CHECK, check_with

__all__ = ["CHECK", "check_with"]
