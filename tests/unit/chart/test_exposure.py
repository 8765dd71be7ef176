"""Exposure: the application is reachable, its metrics are not, in any spelling it answers to."""

import re
from typing import Any

import pytest


def ingress(**values: Any) -> dict[str, Any]:
    return {"ingress": {"enabled": True, **values}}


def paths(obj: Any) -> dict[str, list[tuple[str, str, str]]]:
    """For each host its paths: path, type, and the Service."""
    return {
        rule.get("host", ""): [
            (p["path"], p["pathType"], p["backend"]["service"]["name"]) for p in rule["http"]["paths"]
        ]
        for rule in obj.at("spec.rules")
    }


BLOCKED = [
    (path, kind, "x-claude-relay-blocked") for path in ("/metrics", "/prometheus") for kind in ("Exact", "Prefix")
]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ([], {"": [("/", "Prefix")]}),
        ([{"host": "a.example.com"}], {"a.example.com": [("/", "Prefix")]}),
        (
            [
                {"host": "a.example.com", "paths": [{"path": "/api", "pathType": "Exact"}]},
                {"host": "b.example.com", "paths": [{"path": "/"}]},
            ],
            {"a.example.com": [("/api", "Exact")], "b.example.com": [("/", "Prefix")]},
        ),
    ],
)
def test_every_host_blocks_the_metrics_first(render: Any, hosts: Any, expected: Any) -> None:
    release = render(values=ingress(hosts=hosts), release="x")
    found = paths(release.only("Ingress"))
    assert found == {
        host: BLOCKED + [(path, kind, "x-claude-relay") for path, kind in served] for host, served in expected.items()
    }
    assert not release.find("Service", "x-claude-relay-blocked")


def test_ingress_nginx_compares_without_regard_to_case(render: Any) -> None:
    annotations = render(values=ingress()).only("Ingress").annotations
    assert annotations["nginx.ingress.kubernetes.io/use-regex"] == "true"


@pytest.mark.parametrize("key", ["haproxy.org/backend-config-snippet", "haproxy-ingress.github.io/config-backend"])
def test_haproxy_denies_in_the_backend(render: Any, spellings: list[str], key: str) -> None:
    snippet = render(values=ingress()).only("Ingress").annotations[key]
    match = re.fullmatch(r"http-request deny deny_status 404 if \{ path,url_dec -i -m reg (\S+) \}\n", snippet)
    assert match
    pattern = re.compile(match[1], re.IGNORECASE)
    assert not [path for path in spellings if not pattern.match(path)]
    assert not [path for path in ("/", "/api", "/metricsfoo", "/api/metrics") if pattern.match(path)]


def test_traefik_gets_a_middleware_before_the_users(render: Any, spellings: list[str]) -> None:
    key = "traefik.ingress.kubernetes.io/router.middlewares"
    values = ingress(className="traefik", annotations={key: "infra-headers@kubernetescrd"})
    release = render(values=values, release="x", namespace="relay", api_versions=["traefik.io/v1alpha1/Middleware"])
    assert (
        release.only("Ingress").annotations[key]
        == "relay-x-claude-relay-blocked@kubernetescrd,infra-headers@kubernetescrd"
    )
    replace = release.only("Middleware").at("spec.replacePathRegex")
    # Go's syntax for the flag stands for the whole expression, Python's as well.
    assert not [path for path in spellings if not re.fullmatch(replace["regex"], path)]
    assert not [path for path in ("/", "/api", "/metricsfoo", "/api/metrics") if re.fullmatch(replace["regex"], path)]


@pytest.mark.parametrize(
    ("values", "api", "expected"),
    [
        (ingress(), [], False),
        (ingress(), ["traefik.io/v1alpha1/Middleware"], True),
        (ingress(className="traefik-internal"), ["traefik.io/v1alpha1/Middleware"], True),
        (ingress(traefikMiddleware="always"), ["traefik.io/v1alpha1/Middleware"], True),
        (ingress(className="traefik", traefikMiddleware="never"), [], False),
        (ingress(className="traefik", strictPaths=True), [], False),
        ({}, ["traefik.io/v1alpha1/Middleware"], False),
    ],
)
def test_the_middleware_is_made_where_traefik_may_serve(
    render: Any, values: Any, api: list[str], expected: bool
) -> None:
    assert bool(render(values=values, api_versions=api).of_kind("Middleware")) is expected


def test_strict_paths_let_only_what_is_served_pass(render: Any) -> None:
    obj = render(values=ingress(strictPaths=True), release="x").only("Ingress")
    served = [(path, kind) for path, kind, service in paths(obj)[""] if service == "x-claude-relay"]
    assert ("/", "Exact") in served
    assert not [path for path, kind in served if kind == "Prefix" and path == "/"]
    assert len(served) == 15
    # GKE gives up a whole Ingress with a rule to a Service that does not exist.
    assert {service for _, _, service in paths(obj)[""]} == {"x-claude-relay"}
    # With regular expressions the exact `/` would match everything.
    assert "nginx.ingress.kubernetes.io/use-regex" not in obj.annotations


@pytest.mark.parametrize(
    ("listed", "exact", "prefixes"),
    [({"exact": []}, 0, 14), ({"prefixes": []}, 1, 0), ({"exact": ["/a", "/b"], "prefixes": ["/c"]}, 2, 1)],
)
def test_the_served_paths_are_the_users(render: Any, listed: Any, exact: int, prefixes: int) -> None:
    obj = render({**ingress(strictPaths=True), "servedPaths": listed}, release="x").only("Ingress")
    kinds = [kind for _, kind, _ in paths(obj)[""]]
    assert (kinds.count("Exact"), kinds.count("Prefix")) == (exact, prefixes)


def test_strict_paths_keep_the_paths_that_the_user_lists(render: Any) -> None:
    hosts = [{"host": "a.ex.com", "paths": [{"path": "/api"}]}]
    obj = render(values=ingress(strictPaths=True, hosts=hosts)).only("Ingress")
    assert [path for path, _, _ in paths(obj)["a.ex.com"]] == ["/api"]


def test_streams_may_last_as_long_as_an_answer(render: Any) -> None:
    values = {**ingress(), "config": {"requestTimeout": 1200500}}
    annotations = render(values=values).only("Ingress").annotations
    assert annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"] == "1201"
    assert annotations["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"
    assert annotations["haproxy.org/timeout-server"] == "1201s"
    assert annotations["haproxy-ingress.github.io/timeout-server"] == "1201s"


def test_annotations_of_the_users_win(render: Any) -> None:
    key = "nginx.ingress.kubernetes.io/proxy-read-timeout"
    assert render(values=ingress(annotations={key: "5"})).only("Ingress").annotations[key] == "5"
    bare = render(values=ingress(controllerAnnotations=False)).only("Ingress")
    assert not bare.annotations


def test_tls_and_class_are_the_users(render: Any) -> None:
    values = ingress(
        className="nginx", hosts=[{"host": "a.example.com"}], tls=[{"secretName": "t", "hosts": ["a.example.com"]}]
    )
    spec = render(values=values).only("Ingress").spec
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"secretName": "t", "hosts": ["a.example.com"]}]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([], ["a.ex.com", "b.ex.com"]),
        (None, ["a.ex.com", "b.ex.com"]),
        (["*.ex.com"], ["*.ex.com"]),
        (["a.ex.com", "shared.example.org"], ["a.ex.com", "shared.example.org"]),
    ],
)
def test_a_wildcard_or_shared_certificate_is_enough(render: Any, own: Any, expected: list[str]) -> None:
    values = ingress(hosts=[{"host": "a.ex.com"}, {"host": "b.ex.com"}], tls=[{"secretName": "t", "hosts": own}])
    assert render(values=values).only("Ingress").at("spec.tls") == [{"secretName": "t", "hosts": expected}]


def test_paths_and_a_backend_of_the_user(render: Any, refused: Any) -> None:
    docs = {"service": {"name": "docs", "port": {"number": 80}}}
    values = ingress(extraPaths=[{"path": "/docs", "backend": docs}], defaultBackend=docs)
    obj = render(values=values, release="x").only("Ingress")
    assert paths(obj)[""][0] == ("/docs", "Prefix", "docs")
    assert obj.at("spec.defaultBackend") == docs
    bucket = {"resource": {"apiGroup": "k8s.example.com", "kind": "StorageBucket", "name": "static"}}
    static = {"path": "/static", "pathType": "Exact", "backend": bucket}
    assert render(ingress(extraPaths=[static])).only("Ingress").at("spec.rules")[0]["http"]["paths"][0] == static
    for path in ("/", "/metrics"):
        assert paths(render(ingress(extraPaths=[{"path": path, "backend": docs}])).only("Ingress"))[""]
    own = {"service": {"name": "relay-claude-relay", "port": {"name": "http"}}}
    for path in ("/", "/Metrics"):
        assert "ingress.extraPaths[0] makes /metrics" in refused(ingress(extraPaths=[{"path": path, "backend": own}]))
    assert "ingress.defaultBackend is the Service of the application" in refused(ingress(defaultBackend=own))


def test_a_cluster_without_the_kinds_of_traefik_is_refused_with_the_remedy(render: Any, refused: Any) -> None:
    values = ingress(className="traefik")
    message = refused(values, api_versions=["v1/Pod"])
    assert "the cluster does not have traefik.io/v1alpha1/Middleware" in message
    assert "set ingress.strictPaths to true" in message
    assert render(values, api_versions=["v1/Pod", "traefik.io/v1alpha1/Middleware"])
    assert render(ingress(className="traefik", strictPaths=True), api_versions=["v1/Pod"])


def test_without_a_cluster_the_kinds_of_traefik_are_taken_for_granted(render: Any, oldest_helm: Any) -> None:
    """`helm template` of Helm 3.2 knows the kinds of no cluster."""
    assert render(ingress(className="traefik"), helm=oldest_helm).only("Middleware")


@pytest.mark.parametrize(
    ("values", "key", "expected"),
    [
        ({"type": "NodePort", "nodePort": 30080}, "type", "NodePort"),
        ({"clusterIP": "None"}, "clusterIP", "None"),
        ({"type": "LoadBalancer", "loadBalancerIP": "192.0.2.1"}, "loadBalancerIP", "192.0.2.1"),
        ({"type": "LoadBalancer", "loadBalancerClass": "a/b"}, "loadBalancerClass", "a/b"),
        ({"type": "LoadBalancer", "loadBalancerClass": "1e3"}, "loadBalancerClass", "1e3"),
        (
            {"type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.0/24"]},
            "loadBalancerSourceRanges",
            ["192.0.2.0/24"],
        ),
        ({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}, "externalTrafficPolicy", "Local"),
        ({"internalTrafficPolicy": "Local"}, "internalTrafficPolicy", "Local"),
        ({"externalIPs": ["192.0.2.1"]}, "externalIPs", ["192.0.2.1"]),
        ({"sessionAffinity": "ClientIP"}, "sessionAffinity", "ClientIP"),
        ({"ipFamilyPolicy": "PreferDualStack"}, "ipFamilyPolicy", "PreferDualStack"),
        ({"ipFamilies": ["IPv6", "IPv4"]}, "ipFamilies", ["IPv6", "IPv4"]),
    ],
    ids=str,
)
def test_the_service_is_what_the_user_says(render: Any, values: Any, key: str, expected: Any) -> None:
    assert render(values={"service": values}, release="x").get("Service", "x-claude-relay").spec[key] == expected


def test_the_services_port_leads_to_the_applications(render: Any) -> None:
    release = render(
        values={"service": {"port": 8080, "type": "NodePort", "nodePort": 30080}, "config": {"port": 4000}}, release="x"
    )
    (port,) = release.get("Service", "x-claude-relay").at("spec.ports")
    assert port == {"name": "http", "port": 8080, "targetPort": "http", "protocol": "TCP", "nodePort": 30080}
    assert release.only("Deployment").container("http").ports == {"http": 4000}


def test_peers_can_be_narrowed_and_the_test_pod_still_gets_in(render: Any) -> None:
    peer = {"namespaceSelector": {"matchLabels": {"name": "ingress"}}}
    values = {
        "networkPolicy": {"ingressFrom": [peer], "metricsFrom": [peer], "egress": [{}]},
        "serviceMonitor": {"enabled": True},
    }
    release = render(values=values, release="x")
    policy = release.get("NetworkPolicy", "x-claude-relay")
    http, metrics = policy.at("spec.ingress")
    test = release.get("Pod", "x-claude-relay-test")
    selected = http["from"][1]["podSelector"]["matchLabels"]
    assert selected.items() <= test.labels.items()
    assert not selected.items() <= release.only("Deployment").pod_labels.items()
    assert selected["app.kubernetes.io/instance"] == "x"
    assert metrics["from"] == [peer]
    assert policy.at("spec.policyTypes") == ["Ingress", "Egress"]


def test_labels_of_the_user_change_no_selector_of_a_policy(render: Any) -> None:
    own = {"example.com/team": "own"}
    values = {
        "commonLabels": {"example.com/team": "all"},
        "helmTest": {"labels": own},
        "podLabels": own,
        "redis": {"podLabels": own},
        "global": {"secretsJob": True},
        "networkPolicy": {"ingressFrom": [{"podSelector": {}}]},
    }
    release = render(values=values, release="x")
    for policy in release.of_kind("NetworkPolicy"):
        selectors = [policy.spec, *(peer for rule in policy.spec.get("ingress", ()) for peer in rule.get("from", ()))]
        assert "example.com/team" not in str([selector["podSelector"] for selector in selectors]), policy.name
    selected = release.get("NetworkPolicy", "x-claude-relay-test").at("spec.podSelector.matchLabels")
    assert selected.items() <= release.get("Pod", "x-claude-relay-test").labels.items()


TEMPLATES = {
    "global": {"domain": "example.com"},
    "ingress": {
        "enabled": True,
        "hosts": [{"host": "{{ .Release.Name }}.{{ .Values.global.domain }}"}],
        "tls": [
            {
                "secretName": '{{ include "claude-relay.fullname" . }}-tls',
                "hosts": ["{{ .Release.Name }}.{{ .Values.global.domain }}"],
            }
        ],
    },
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}], "hostnames": ["*.{{ .Values.global.domain }}"]},
}


def test_hosts_and_certificates_are_templates(render: Any, any_helm: Any) -> None:
    release = render(values=TEMPLATES, release="x", helm=any_helm)
    ingress = release.only("Ingress")
    assert [rule["host"] for rule in ingress.at("spec.rules")] == ["x.example.com"]
    assert ingress.at("spec.tls") == [{"secretName": "x-claude-relay-tls", "hosts": ["x.example.com"]}]
    assert release.only("HTTPRoute").at("spec.hostnames") == ["*.example.com"]


@pytest.mark.parametrize("domain", ["https://example.com", "example.com:443", "Example", "a b", ""])
def test_a_host_from_a_template_is_checked(refused: Any, merged: Any, domain: str) -> None:
    refusal = refused(merged(TEMPLATES, {"global": {"domain": domain}}))
    for path in ("ingress.hosts[0].host", "httpRoute.hostnames[0]"):
        if domain or path.startswith("ingress"):
            assert f"{path}: the result of its template is" in refusal


def test_a_secret_of_a_certificate_from_a_template_is_checked(refused: Any) -> None:
    tls = [{"secretName": "{{ .Values.global.domain }}_tls", "hosts": ["a.example.com"]}]
    values = {"global": {"domain": "a"}, "ingress": {"enabled": True, "hosts": [{"host": "a.example.com"}], "tls": tls}}
    assert "ingress.tls[0].secretName: the result of its template is" in refused(values)


def test_paths_of_an_ingress_stay_texts(render: Any) -> None:
    backend = {"service": {"name": "other", "port": {"number": 80}}}
    hosts = [{"host": "a.example.com", "paths": [{"path": "/a #b", "pathType": "Prefix"}]}]
    values = {"ingress": {"enabled": True, "hosts": hosts, "extraPaths": [{"path": "/c #d", "backend": backend}]}}
    (rule,) = render(values).only("Ingress").at("spec.rules")
    assert {"/a #b", "/c #d"} <= {one["path"] for one in rule["http"]["paths"]}
