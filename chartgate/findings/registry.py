"""Every check of the gate, in the order of the report."""

from chartgate.findings import (
    checkov,
    fluent_bit,
    idempotency,
    images,
    json_exporter,
    labels,
    leaks,
    list_keys,
    monitors,
    names,
    network_policies,
    pod_security,
    probes,
    prometheus_rules,
    references,
    resources,
    schema,
    variant_renders,
)
from chartgate.findings.finding import Check

CHECKS: tuple[Check, ...] = (
    schema.CHECK,
    list_keys.CHECK,
    names.CHECK,
    labels.CHECK,
    references.CHECK,
    variant_renders.CHECK,
    idempotency.CHECK,
    leaks.CHECK,
    probes.CHECK,
    resources.CHECK,
    images.CHECK,
    network_policies.CHECK,
    monitors.CHECK,
    prometheus_rules.CHECK,
    json_exporter.CHECK,
    fluent_bit.CHECK,
    pod_security.CHECK,
    checkov.CHECK,
)
