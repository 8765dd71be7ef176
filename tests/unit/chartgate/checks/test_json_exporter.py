"""The check of json_exporter's configuration: its keys, names, types and paths."""

import json
from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.json_exporter import CHECK

FindingsOf = Callable[..., list[Finding]]

CONFIG = """\
modules:
  default:
    headers: {a: b}
    metrics:
      - {name: up_seconds, help: h, path: '{ .up }', valuetype: gauge, labels: {a: '{ .b }'}}
      - {name: all, path: '{ .list[*] }', type: object, values: {size: '{ .size }'}}
"""


def found(findings_of: FindingsOf, text: str) -> list[tuple[str, str]]:
    config = json.dumps({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"c.yaml": text, "x": "modules"}})
    return [(finding.rule, finding.where) for finding in findings_of(CHECK, config)]


def test_a_sound_configuration_has_no_findings(findings_of: FindingsOf) -> None:
    assert found(findings_of, CONFIG) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "where"),
    [
        ("headers:", "header:", "unknown-key", ".header"),
        ("help: h", "helps: h", "unknown-key", ".metrics[0].helps"),
        ("name: all, ", "", "missing", ".metrics[1]"),
        (", values: {size: '{ .size }'}", "", "missing", ".metrics[1]"),
        ("up_seconds", "up-seconds", "name", ".metrics[0].name"),
        ("labels: {a:", "labels: {a-b:", "name", ".metrics[0].labels"),
        ("gauge", "gouge", "type", ".metrics[0].valuetype"),
        ("type: object", "type: array", "type", ".metrics[1].type"),
        ("'{ .up }'", ".up", "path", ".metrics[0].path"),
        ("{name: all, path: '{ .list[*] }'", "{name: up_seconds, path: '{ .up }'", "twice", ".metrics[1]"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rule: str, where: str) -> None:
    assert old in CONFIG
    assert found(findings_of, CONFIG.replace(old, new)) == [(rule, f"data.c.yaml: modules.default{where}")]


def test_a_module_without_metrics_and_a_broken_file_are_found(findings_of: FindingsOf) -> None:
    assert found(findings_of, "modules:\n  a: {metrics: []}\n") == [("missing", "data.c.yaml: modules.a")]
    assert found(findings_of, "modules:\n  metrics: [\n") == [("unreadable", "data.c.yaml")]


@pytest.mark.parametrize(
    "module", ["{walk: [1.3.6.1], metrics: [{name: up}]}", "{metrics: [{name: up, oid: 1.3.6.1.2}]}"]
)
def test_a_configuration_of_another_exporter_is_its_own(findings_of: FindingsOf, module: str) -> None:
    assert found(findings_of, f"modules:\n  if_mib: {module}\n") == []
