"""Ingresses, their classes, and NetworkPolicies. Each rule names its function in Kubernetes."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.findings.forms import ADDRESS, HOST
from chartgate.releases.objects import EMPTY, KubeObject


def _backends(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateIngressSpec, validateHTTPIngressPath, validateIngressBackend."""
    if obj.api_version != "networking.k8s.io/v1":
        return
    spec = obj.spec
    if not spec.get("rules") and not spec.get("defaultBackend"):
        yield Fault("required", "spec", spec, "has neither rules nor defaultBackend, and must have one of them")
    backends = [*places(spec, "defaultBackend", "spec")]
    for where, path in places(spec, "rules[].http.paths[]", "spec"):
        if not path.get("pathType"):
            yield Fault("required", f"{where}.pathType", "", "is missing, and every path must have it")
        backends += places(path, "backend", where)
    for where, backend in backends:
        service = backend.get("service")
        if (service is None) == (backend.get("resource") is None):
            yield Fault("exclusive", where, backend, "must have exactly one of service and resource")
        elif service is not None:
            port = service.get("port") or EMPTY
            if bool(port.get("name")) == bool(port.get("number")):
                what = "must have exactly one of name and number"
                yield Fault("exclusive", f"{where}.service.port", port, what)


def _hosts_and_paths(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: validateIngressRules, validateHTTPIngressPath."""
    for where, host in places(obj.spec, "rules[].host", "spec"):
        if host and (not HOST.fits(str(host)) or ADDRESS.fits(str(host))):
            what = f'"{host}" is not a DNS name in lower case: no scheme, port, path or IP address'
            yield Fault("format", where, host, what)
    for where, path in places(obj.spec, "rules[].http.paths[]", "spec"):
        if path.get("pathType") in {"Exact", "Prefix"} and not str(path.get("path") or "").startswith("/"):
            what = f'is "{path.get("path") or ""}", and must start with /'
            yield Fault("format", f"{where}.path", path.get("path"), what)


def _ingress_class(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: validateIngressClassParametersReference."""
    parameters = obj.spec.get("parameters") or EMPTY
    scope, namespace = parameters.get("scope"), parameters.get("namespace")
    if scope == "Namespace" and not namespace:
        yield Fault("required", "spec.parameters.namespace", namespace, "is empty, and scope Namespace needs it")
    if parameters and scope in (None, "Cluster") and namespace:
        what = "is set, and needs scope Namespace"
        yield Fault("exclusive", "spec.parameters.namespace", namespace, what)


def _peers(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateNetworkPolicyPeer, ValidateNetworkPolicySpec."""
    for peers in ("ingress[].from[]", "egress[].to[]"):
        for where, peer in places(obj.spec, peers, "spec"):
            selectors = [key for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None]
            if not selectors and peer.get("ipBlock") is None:
                what = "has neither ipBlock nor podSelector nor namespaceSelector, and must have one"
                yield Fault("required", where, peer, what)
            if selectors and peer.get("ipBlock") is not None:
                yield Fault("exclusive", where, peer, f"has ipBlock and {selectors[0]}, and must have one of them")
    if len(obj.spec.get("policyTypes") or ()) > 2:
        yield Fault("repeated", "spec.policyTypes", obj.spec["policyTypes"], "has more than two types")


def _blocks(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateIPBlock."""
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for where, block in places(obj.spec, f"{way}[].{peers}[].ipBlock.cidr", "spec"):
            yield from cidr(where, block)
        for where, block in places(obj.spec, f"{way}[].{peers}[].ipBlock.except[]", "spec"):
            yield from cidr(where, block)


def cidr(where: str, block: Any) -> Iterator[Fault]:
    """A fault where a value is not a range of addresses (IsValidCIDR)."""
    try:
        is_range = "/" in str(block) and bool(ipaddress.ip_network(str(block), strict=False))
    except ValueError:
        is_range = False
    if not is_range:
        yield Fault("format", where, block, f'"{block}" is not a range of addresses, such as 10.0.0.0/8')


RULES: Rules = {
    "Ingress": (_backends, _hosts_and_paths),
    "IngressClass": (_ingress_class,),
    "NetworkPolicy": (_peers, _blocks),
}
