"""The schema: closed, described, and the same as values.yaml, the README and what templates read."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

REFUSED = [
    ({"storage": {"logs": {"fluentbit": {"bufferSize": "1Ti"}}}}, "bufferSize"),
    ({"storage": {"logs": {"fluentbit": {"output": {"config": {"Host": " a"}}}}}}, "config"),
    ({"config": {"port": "http"}}, "port"),
    ({"config": {"port": 80}}, "port"),
    ({"config": {"port": 65536}}, "port"),
    ({"config": {"jwtsecret": "x"}}, "jwtsecret"),
    ({"config": {"logMaxSize": "10 MB"}}, "logMaxSize"),
    ({"config": {"logLevel": "loud"}}, "logLevel"),
    ({"config": {"timezoneOffset": 15}}, "timezoneOffset"),
    ({"config": {"apiKeyPrefix": "a\nb"}}, "apiKeyPrefix"),
    ({"unknown": 1}, "unknown"),
    ({"redis": {"auth": {"pasword": "x"}}}, "pasword"),
    ({"redis": {"persistence": {"size": "much"}}}, "size"),
    ({"externalRedis": {"port": 0}}, "port"),
    ({"replicaCount": -1}, "replicaCount"),
    ({"replicaCount": 1.5}, "replicaCount"),
    ({"autoscaling": {"targetCPUUtilizationPercentage": -1}}, "targetCPUUtilizationPercentage"),
    ({"image": {"digest": "sha256:abc"}}, "digest"),
    ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
    ({"service": {"type": "ExternalName"}}, "type"),
    ({"service": {"ports": 80}}, "ports"),
    ({"service": {"clusterIP": "relay.example.com"}}, "clusterIP"),
    ({"service": {"clusterIP": "10.0.0.256"}}, "clusterIP"),
    ({"service": {"externalIPs": ["somewhere"]}}, "externalIPs"),
    ({"service": {"type": "NodePort", "nodePort": 80}}, "nodePort"),
    ({"service": {"type": "NodePort", "nodePort": 32768}}, "nodePort"),
    ({"livenessProbe": {"successThreshold": 2}}, "successThreshold"),
    ({"startupProbe": {"successThreshold": 2}}, "successThreshold"),
    ({"redis": {"livenessProbe": {"successThreshold": 2}}}, "successThreshold"),
    ({"ingress": {"hosts": [{"host": "Not A Host"}]}}, "host"),
    ({"ingress": {"hosts": [{"name": "a"}]}}, "name"),
    ({"serviceMonitor": {"interval": "often"}}, "interval"),
    ({"serviceMonitor": {"path": "metrics"}}, "path"),
    ({"storage": {"logs": {"mode": "file"}}}, "mode"),
    ({"storage": {"logs": {"fluentbit": {"output": {"type": "syslog"}}}}}, "type"),
    ({"storage": {"logs": {"fluentbit": {"output": {"config": {"Host": "a\nName evil"}}}}}}, "config"),
    ({"storage": {"data": {"external": {"accessMode": "Any"}}}}, "accessMode"),
    ({"resources": {"limits": {"cpu": "fast"}}}, "limits"),
    ({"tolerations": [{"efect": "NoSchedule"}]}, "efect"),
    ({"extraEnv": [{"value": "x"}]}, "extraEnv"),
    ({"commonLabels": {"a": "not a label!"}}, "commonLabels"),
    ({"nameOverride": "Not-A-Label"}, "nameOverride"),
    ({"image": {"repository": "ghcr.io/Wei-Shaw/relay"}}, "repository"),
    ({"image": {"repository": "relay:v1"}}, "repository"),
    ({"global": {"imageRegistry": "registry.example.com:port"}}, "imageRegistry"),
]


@pytest.mark.parametrize(("values", "path"), REFUSED, ids=[json.dumps(values)[:60] for values, _ in REFUSED])
def test_helm_refuses_and_names_the_path(refused: Any, any_helm: Any, values: Any, path: str) -> None:
    assert path in refused(values, helm=any_helm)


def objects(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every sub-schema of an object or its items, with its path."""
    yield path, schema
    for key, child in schema.get("properties", {}).items():
        yield from objects(child, f"{path}.{key}".lstrip("."))
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from objects(schema[word], f"{path}[]")


@pytest.fixture(params=["", "charts/redis"], ids=["claude-relay", "redis"])
def folder(chart: Path, request: pytest.FixtureRequest) -> Path:
    return chart / str(request.param)


@pytest.fixture
def schema(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "values.schema.json").read_text())
    return content


def test_the_schema_is_draft_07_and_values_yaml_fits_it(folder: Path, schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$ref" not in json.dumps(schema)
    values = yaml.safe_load((folder / "values.yaml").read_text())
    assert not list(Draft7Validator(schema).iter_errors(values))


def test_every_value_can_be_absent_or_null(schema: dict[str, Any]) -> None:
    values = [(path, node) for path, node in objects(schema) if path and "[]" not in path and "global" not in path]
    assert len(values) > 50
    assert not [path for path, node in values if "null" not in node["type"]]
    assert not [path for path, node in objects(schema) if "required" in node and "[]" not in path]


# Maps of the user's own, whose keys nobody can list: labels, annotations, environment, what Kubernetes defines.
OPEN = re.compile(
    r"global|.*(nnotations|abels|odeSelector|ecurityContext|ehavior|trategy|amespaceSelector|limits|requests)|"
    r".*(nodeAffinity|podAffinity|podAntiAffinity|valueFrom|configMapRef|secretRef)|redis\.global|"
    r".*(extraVolumes|extraVolumeMounts|extraContainers|initContainers|topologySpreadConstraints|parentRefs)\[\]|"
    r".*(etricRelabelings|relabelings|metrics|rules|ngressFrom|etricsFrom|xtraIngress|egress)\[\]|extraObjects\[\]|"
    r".*(output\.config|output\.existingSecretKeys|Probe\.custom)|hostAliases\[\]|dnsConfig|lifecycle|config\.(env|secretEnv)|"
    r"ingress\.(extraPaths\[\]\.backend|defaultBackend)|httpRoute\.(filters|extraRules)\[\]"
)


def test_objects_are_closed_but_for_the_users_own_maps(schema: dict[str, Any]) -> None:
    kinds = [(path, node) for path, node in objects(schema) if "object" in node.get("type", "")]
    assert len(kinds) > 20
    still_open = [path for path, node in kinds if node.get("additionalProperties") is not False]
    assert not [path for path in still_open if not OPEN.fullmatch(path)]


def test_every_property_is_described_typed_and_bounded(schema: dict[str, Any]) -> None:
    properties = [(path, node) for path, node in objects(schema) if path and not path.endswith("[]")]
    assert len(properties) > 50
    assert not [path for path, node in properties if not node.get("description") or "type" not in node]
    integers = [
        (path, node)
        for path, node in properties
        if "integer" in node["type"] and "string" not in node["type"] and "tolerationSeconds" not in path
    ]
    assert len(integers) > 10
    assert not [path for path, node in integers if "minimum" not in node or "maximum" not in node]


def test_every_default_and_example_fits_its_own_schema(schema: dict[str, Any]) -> None:
    examined = 0
    for path, node in objects(schema):
        for value in [*([node["default"]] if "default" in node else []), *node.get("examples", [])]:
            examined += 1
            assert not list(Draft7Validator(node).iter_errors(value)), path
    assert examined > 40
