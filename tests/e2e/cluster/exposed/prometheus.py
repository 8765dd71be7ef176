"""A real Prometheus in a namespace, with what the operator would make of a ServiceMonitor and a PrometheusRule.

Source: prometheus-operator, pkg/prometheus/promcfg.go, for the relabelings; Prometheus, Configuration, for the rest.
"""

import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.e2e.application import Application
from tests.e2e.cluster.exposed.discovery import META, as_label, endpoint_slice_targets
from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.pods import RESTRICTED

NAME = "prometheus"
PORT = 9090
FOLDER = "/etc/prometheus"
TARGETS = "/tmp/targets.json"


def scrape_configs(monitor: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What Prometheus is to scrape for a ServiceMonitor, endpoint by endpoint."""
    spec = monitor["spec"]
    # The tests look for targets in this namespace only.
    assert spec["namespaceSelector"] == {"matchNames": [monitor["metadata"]["namespace"]]}
    found = []
    for number, endpoint in enumerate(spec["endpoints"]):
        known = {
            "port",
            "path",
            "params",
            "interval",
            "scrapeTimeout",
            "honorLabels",
            "relabelings",
            "metricRelabelings",
        }
        assert endpoint.keys() <= known, f"not understood here: {endpoint.keys() - known}"
        config = {
            "job_name": f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']}/{number}",
            "file_sd_configs": [{"files": [TARGETS]}],
            "metrics_path": endpoint["path"],
            "scrape_interval": endpoint["interval"],
            "scrape_timeout": endpoint["scrapeTimeout"],
            "honor_labels": endpoint["honorLabels"],
            "relabel_configs": [
                *_selection(spec["selector"]["matchLabels"], endpoint["port"]),
                *_labels(endpoint["port"], spec.get("jobLabel")),
                *map(_relabeling, endpoint.get("relabelings", [])),
            ],
            "metric_relabel_configs": [_relabeling(one) for one in endpoint.get("metricRelabelings", [])],
        }
        found.append({**config, **({"params": endpoint["params"]} if "params" in endpoint else {})})
    return found


def _selection(labels: Mapping[str, str], port: str) -> list[dict[str, Any]]:
    chosen = [_keep(f"{META}_service_label_{as_label(key)}", value) for key, value in labels.items()]
    return [*chosen, _keep(f"{META}_endpointslice_port_name", port)]


def _labels(port: str, job_label: str | None) -> list[dict[str, Any]]:
    """The labels that the operator gives every target."""
    return [
        {"source_labels": [f"{META}_namespace"], "target_label": "namespace"},
        {"source_labels": [f"{META}_service_name"], "target_label": "service"},
        {"source_labels": [f"{META}_pod_name"], "target_label": "pod"},
        {"source_labels": [f"{META}_pod_container_name"], "target_label": "container"},
        {"source_labels": [f"{META}_service_name"], "target_label": "job"},
        *(
            [
                {
                    "source_labels": [f"{META}_service_label_{as_label(job_label)}"],
                    "regex": "(.+)",
                    "target_label": "job",
                }
            ]
            if job_label
            else []
        ),
        {"target_label": "endpoint", "replacement": port},
    ]


def _keep(source: str, value: str) -> dict[str, Any]:
    return {"action": "keep", "source_labels": [source], "regex": re.escape(value)}


def _relabeling(written: Mapping[str, Any]) -> dict[str, Any]:
    """The custom resource's camelCase as Prometheus' snake_case."""
    return {re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", key): value for key, value in written.items()}


class Prometheus:
    """A way to the running program."""

    def __init__(self, address: str, namespace: Namespace) -> None:
        self._application = Application(address)
        self._namespace = namespace

    def discover(self, *, pods: bool = True) -> None:
        """Tell it the targets that there are now; or those that there would be without pods, which is none."""
        targets = json.dumps(endpoint_slice_targets(self._namespace) if pods else [])
        self._namespace.kubectl(
            "exec", "--stdin", f"deployment/{NAME}", "--", "sh", "-c", f"cat > {TARGETS}", given=targets
        )

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its HTTP API."""
        answer = self._application.ask("GET", f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        assert answer.status == 200, answer.body
        return answer.data["data"]

    def query(self, expression: str) -> list[Any]:
        """The vector that an expression gives now: each with `metric` and `value`."""
        found: list[Any] = self.ask("query", query=expression)["result"]
        return found

    def promtool(self, *arguments: str) -> str:
        """What promtool says. Raises KubectlError when it finds something."""
        return self._namespace.execute(f"deployment/{NAME}", "promtool", *arguments)


@contextmanager
def prometheus_for(
    namespace: Namespace, image: str, monitor: Mapping[str, Any], rule: Mapping[str, Any]
) -> Iterator[Prometheus]:
    """Prometheus, ready, that scrapes what the ServiceMonitor says, with the rules of the PrometheusRule."""
    config = {
        # Rules are looked at sooner than by default, so that a test need not wait a minute.
        "global": {"evaluation_interval": "2s"},
        "rule_files": [f"{FOLDER}/rules.json"],
        "scrape_configs": scrape_configs(monitor),
    }
    files = {"prometheus.json": json.dumps(config), "rules.json": json.dumps(rule["spec"])}
    namespace.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": files},
        _deployment(image),
    )
    namespace.rolled_out(f"deployment/{NAME}")
    with namespace.port_forward(f"deployment/{NAME}", PORT) as address:
        yield Prometheus(address, namespace)


def _deployment(image: str) -> dict[str, Any]:
    labels = {"app": NAME}
    container = {
        "name": NAME,
        "image": image,
        "args": [f"--config.file={FOLDER}/prometheus.json", "--storage.tsdb.path=/tmp/data"],
        "securityContext": RESTRICTED,
        "readinessProbe": {"httpGet": {"path": "/-/ready", "port": PORT}, "periodSeconds": 1},
        "volumeMounts": [{"name": "config", "mountPath": FOLDER}],
    }
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": NAME}}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }
