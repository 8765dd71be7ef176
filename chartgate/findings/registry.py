"""Every check of the gate, in the order of the report."""

from collections.abc import Iterable, Mapping

from chartgate.findings import (
    api_server,
    checkov,
    engines,
    fluent_bit,
    helm_annotations,
    hostile_texts,
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
    template_marks,
    variant_renders,
)
from chartgate.findings.check import Check
from chartgate.findings.finding import OldCheck
from chartgate.tools.schemas import KindKey

CHECKS: tuple[Check | OldCheck, ...] = (
    engines.CHECK,
    hostile_texts.CHECK,
    schema.CHECK,
    api_server.CHECK,
    list_keys.CHECK,
    names.CHECK,
    labels.CHECK,
    helm_annotations.CHECK,
    template_marks.CHECK,
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


def with_schemas(checks: Iterable[Check | OldCheck], schemas: Mapping[KindKey, str]) -> list[Check | OldCheck]:
    """The checks, of which the schema check also knows these schemas, as JSON."""
    return [schema.check_with(schemas) if check is schema.CHECK else check for check in checks]
