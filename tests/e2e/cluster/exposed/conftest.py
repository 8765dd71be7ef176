"""A release behind Traefik, by Ingress and by HTTPRoute, and scraped by Prometheus; all tests here share it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.e2e.application import Application
from tests.e2e.cluster.custom_resources import define_custom_resources
from tests.e2e.cluster.exposed.prometheus import Prometheus, prometheus_for
from tests.e2e.cluster.exposed.streams import Streaming
from tests.e2e.cluster.exposed.traefik import GATEWAY, NAME, WEB, traefik_in
from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import Kubectl, MakeNamespace, Namespace
from tests.e2e.cluster.operator import FULLNAME, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.release import ReleaseIn

INGRESS_HOST, ROUTE_HOST = "ingress.example.com", "route.example.com"


def exposed(ingress: dict[str, Any] | None = None, route: dict[str, Any] | None = None) -> dict[str, Any]:
    """The values of the release, with settings of the Ingress and the HTTPRoute that a test is about."""
    return {
        "preStopSleepSeconds": 0,
        "storage": {"logs": {"mode": "emptyDir"}},
        "ingress": {"enabled": True, "className": NAME, "hosts": [{"host": INGRESS_HOST}], **(ingress or {})},
        "httpRoute": {
            "enabled": True,
            "parentRefs": [{"name": GATEWAY}],
            "hostnames": [ROUTE_HOST],
            **(route or {}),
        },
        "serviceMonitor": {
            "enabled": True,
            "interval": "2s",
            "scrapeTimeout": "1s",
            "jobLabel": "app.kubernetes.io/instance",
            "relabelings": [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}],
            "metricRelabelings": [
                {"sourceLabels": ["__name__"], "regex": "claude_relay_memory_array.*", "action": "drop"}
            ],
        },
        "prometheusRule": {
            "enabled": True,
            "rules": [
                {"alert": "ClaudeRelayRuns", "expr": "claude_relay_uptime_seconds > 0", "labels": {"severity": "none"}}
            ],
        },
    }


@pytest.fixture(scope="package")
def custom_resources(cluster: Kubectl) -> None:
    define_custom_resources(cluster)


@pytest.fixture(scope="package")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here."""
    with make_namespace("exposed") as made:
        yield made


@pytest.fixture(scope="package")
def operator(
    custom_resources: None,  # noqa: ARG001 (before the release)
    render: Callable[..., Release],
    images: Images,
    release_in: ReleaseIn,
    namespace: Namespace,
) -> Operator:
    """Of the running release."""
    values = exposed()
    images.load_chart_images(render(values, api_versions=["traefik.io/v1alpha1/Middleware"]))
    images.prepare("traefik", "prometheus", "nginx", "haproxy")
    release = release_in(namespace)
    release.install(values)
    return Operator(namespace, release)


@pytest.fixture(scope="package")
def streaming(operator: Operator) -> Streaming:
    """A user of the application whose upstream streams."""
    upstream = Neighbour(operator.namespace, operator.image())
    with operator.administrator() as administrator:
        administrator.create_account("upstream", upstream.url, "sk-upstream")
        return Streaming(upstream, administrator.create_api_key("streaming"))


@pytest.fixture(scope="package")
def traefik(operator: Operator, cluster: Kubectl, images: Images) -> Iterator[Application]:
    """The way to the application through Traefik; which way it is tells the Host header."""
    namespace = operator.namespace
    with (
        traefik_in(namespace, cluster, images.own("traefik")),
        namespace.port_forward(f"deployment/{NAME}", WEB) as address,
    ):
        yield Application(address)


@pytest.fixture(scope="package")
def prometheus(operator: Operator, images: Images) -> Iterator[Prometheus]:
    """Prometheus, as the live ServiceMonitor and PrometheusRule want it."""
    namespace = operator.namespace
    monitor, rule = (namespace.get(kind, FULLNAME) for kind in ("servicemonitor", "prometheusrule"))
    with prometheus_for(namespace, images.own("prometheus"), monitor, rule) as running:
        yield running
