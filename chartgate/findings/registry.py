"""Every check of the gate, in the order of the report."""

from collections.abc import Iterable

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
    live,
    monitors,
    names,
    network_policies,
    pod_security,
    policies,
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
from chartgate.findings.own_checks import own_checks
from chartgate.values.chart import Chart

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
    policies.CHECK,
    chart_files.CHECK,
    acceptance.CHECK,
)

OF_COMMANDS: tuple[Check, ...] = (live.CHECK,)
"""Checks of other subcommands. They are not part of a run of the gate, because they need their own renders."""

BY_KEY = {check.key: check for check in (*CHECKS, *OF_COMMANDS)}


def every_check(chart: Chart | None = None, of_gate: Iterable[Check] = CHECKS) -> list[Check]:
    """All checks for a chart: those of the gate, of installed packages, and of the folders that its settings name.

    The checks know the kinds and the policies that the settings name.

    Args:
        chart: without one, there are no checks of folders.

    Raises:
        GateError: the settings are invalid, or a check that they or an installed package name cannot be used.
    """
    if chart is None:
        return [*of_gate, *own_checks((), BY_KEY)]
    kinds = chart.known_kinds
    told = {
        schema.CHECK.key: schema.check_with(kinds),
        checkov.CHECK.key: checkov.check_with(chart.checkov_folders),
        policies.CHECK.key: policies.check_with(chart.policies, kinds.definitions),
    }
    # A check that replaces one of the gate, as in tests, stays as it is.
    known = [told.get(check.key, check) if BY_KEY.get(check.key) is check else check for check in of_gate]
    return [*known, *own_checks(chart.check_folders, BY_KEY)]
