"""Every check of the gate, in the order of the report."""

from chartgate.findings import checkov, pod_security, references, schema
from chartgate.findings.finding import Check

CHECKS: tuple[Check, ...] = (schema.CHECK, references.CHECK, pod_security.CHECK, checkov.CHECK)
