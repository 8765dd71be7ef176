"""The check of labels: the common set on every object of the chart's, and selectors that last."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.labels import CHECK

FindingsOf = Callable[..., list[Finding]]

LABELS = "app.kubernetes.io/name: web, app.kubernetes.io/instance: x, app.kubernetes.io/managed-by: Helm"
SOUND = f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web, labels: {{{LABELS}, helm.sh/chart: web-1.2.3_build}}}}
spec:
  selector: {{matchLabels: {{app.kubernetes.io/name: web}}}}
  template:
    metadata: {{labels: {{app.kubernetes.io/name: web, app.kubernetes.io/instance: x}}}}
  volumeClaimTemplates: [{{metadata: {{name: d, labels: {{a: b}}}}}}]
"""


def test_a_sound_object_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (", app.kubernetes.io/managed-by: Helm", "", ["missing"]),
        ("managed-by: Helm", "managed-by: me", ["instance"]),
        ("instance: x, app.kubernetes.io/m", "instance: y, app.kubernetes.io/m", ["instance"]),
        ("instance: x}", "part-of: x}", ["pod-labels"]),
        ("web-1.2.3_build", "web", ["chart"]),
        ("matchLabels: {", "matchLabels: {app.kubernetes.io/version: '1', ", ["changing-selector"]),
        ("labels: {a: b", "labels: {helm.sh/chart: web-1.0.0", ["changing-selector"]),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rules: list[str]) -> None:
    assert old in SOUND
    assert [finding.rule for finding in findings_of(CHECK, SOUND.replace(old, new, 1))] == rules


def test_a_service_must_not_select_a_version(findings_of: FindingsOf) -> None:
    service = f"kind: Service\nmetadata: {{name: s, labels: {{{LABELS}}}}}\nspec: {{selector: {{chart: web-1.0.0}}}}"
    assert [finding.rule for finding in findings_of(CHECK, service)] == ["changing-selector"]


@pytest.mark.parametrize(
    "values",
    [
        "extra: [{kind: Secret, metadata: {name: mine}}]",
        "extra: [{kind: Secret, metadata: {name: 'm{{ .Release.Name }}e'}}]",
        "extra:\n  - |\n    kind: Secret\n    metadata: {name: {{ .Release.Name }}}",
    ],
)
def test_an_object_of_the_users_own_has_the_labels_he_wants(findings_of: FindingsOf, values: str) -> None:
    secret = "---\nkind: Secret\nmetadata: {name: mine}"
    assert {finding.rule for finding in findings_of(CHECK, SOUND + secret)} == {"missing"}
    assert findings_of(CHECK, SOUND + secret, values=[values]) == []


def test_what_never_changes_may_select(findings_of: FindingsOf) -> None:
    fixed = "matchLabels: {app.kubernetes.io/managed-by: Helm, heritage: Helm, "
    assert findings_of(CHECK, SOUND.replace("matchLabels: {", fixed)) == []


def test_an_instance_may_name_its_namespace_too(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, SOUND.replace("instance: x", "instance: x-apps")) == []
