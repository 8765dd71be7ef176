"""Every check of the gate, in the order of the report."""

from collections.abc import Iterable, Mapping

from chartgate.findings import (
    acceptance,
    api_server,
    chart_files,
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
    rendering,
    resources,
    schema,
    template_marks,
    variants,
)
from chartgate.findings.check import Check
from chartgate.tools.schemas import KindKey

CHECKS: tuple[Check, ...] = (
    rendering.CHECK,
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
    variants.CHECK,
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
    chart_files.CHECK,
    acceptance.CHECK,
)

BY_KEY = {check.key: check for check in CHECKS}


def with_schemas(checks: Iterable[Check], schemas: Mapping[KindKey, str]) -> list[Check]:
    """The checks, of which the schema check also knows these schemas, as JSON."""
    return [schema.check_with(schemas) if check is schema.CHECK else check for check in checks]
