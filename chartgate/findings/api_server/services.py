"""Services and their endpoints. Each rule names its function in Kubernetes."""

from collections import Counter
from collections.abc import Iterator

from chartgate.findings.api_server.fault import Fault, Rules, places, repeated
from chartgate.findings.api_server.networking import cidr
from chartgate.findings.forms import ADDRESS, SUBDOMAIN
from chartgate.releases.objects import KubeObject


def _ports(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateService, validateServicePort."""
    spec = obj.spec
    ports = [port for _, port in places(spec, "ports[]")]
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield Fault("required", "spec.ports", [], "has no port, and a Service that is not headless must have one")
    if len(ports) > 1 and not all(port.get("name") for port in ports):
        yield Fault("required", "spec.ports", ports, "has several ports, and each of them must then have a name")
    yield from repeated(spec, "ports[].name", "spec")
    pairs = Counter((port.get("port"), port.get("protocol", "TCP")) for port in ports)
    for (port, protocol), count in pairs.items():
        if count > 1:
            yield Fault("repeated", "spec.ports", port, f"two ports are {port}/{protocol}")


def _type(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateService, validateServiceExternalTrafficPolicy."""
    spec, kind = obj.spec, obj.spec.get("type") or "ClusterIP"
    if kind == "ExternalName":
        if not spec.get("externalName"):
            what = "is empty, and a Service of type ExternalName must have it"
            yield Fault("required", "spec.externalName", "", what)
        if spec.get("clusterIP"):
            what = "is set, and a Service of type ExternalName may not have it"
            yield Fault("exclusive", "spec.clusterIP", spec["clusterIP"], what)
    if kind == "ClusterIP":
        for where, port in places(spec, "ports[].nodePort", "spec"):
            if port:
                yield Fault("exclusive", where, port, "is set, and a Service of type ClusterIP may not have it")
        if spec.get("externalTrafficPolicy") and not spec.get("externalIPs"):
            what = "is set, and only a Service of type NodePort or LoadBalancer may have it"
            yield Fault("exclusive", "spec.externalTrafficPolicy", spec["externalTrafficPolicy"], what)
    if kind in ("NodePort", "LoadBalancer") and spec.get("clusterIP") == "None":
        yield Fault("exclusive", "spec.clusterIP", "None", f"is None, and a Service of type {kind} has an address")
    if kind != "LoadBalancer":
        for field in ("loadBalancerClass", "loadBalancerSourceRanges"):
            if spec.get(field):
                what = "is set, and only a Service of type LoadBalancer may have it"
                yield Fault("exclusive", f"spec.{field}", spec[field], what)
    if spec.get("healthCheckNodePort") and (kind != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local"):
        what = "is set, and needs type LoadBalancer and externalTrafficPolicy Local"
        yield Fault("exclusive", "spec.healthCheckNodePort", spec["healthCheckNodePort"], what)


def _addresses(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: validateServiceClusterIPsRelatedFields, ValidateService."""
    address = obj.spec.get("clusterIP")
    if address not in (None, "", "None") and not ADDRESS.fits(str(address)):
        what = f'is "{address}", and must be None, empty or an IP address'
        yield Fault("format", "spec.clusterIP", address, what)
    for where, block in places(obj.spec, "loadBalancerSourceRanges[]", "spec"):
        yield from cidr(where, block)


def _endpoints(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: validateEndpointSubsets."""
    for where, subset in places(obj.manifest, "subsets[]"):
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield Fault("required", where, subset, "has neither addresses nor notReadyAddresses, and must have one")


def _endpoint_slice(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/discovery/validation: ValidateEndpointSlice, validateEndpoints."""
    kind = obj.manifest.get("addressType")
    form = SUBDOMAIN if kind == "FQDN" else ADDRESS
    for where, address in places(obj.manifest, "endpoints[].addresses[]"):
        if not address or not form.fits(str(address)):
            yield Fault("format", where, address, f'is "{address}", and must be {form.what}')
    names = [port.get("name") or "" for _, port in places(obj.manifest, "ports[]")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault("repeated", "ports", name, f'two ports have the name "{name}"')


RULES: Rules = {
    "Service": (_ports, _type, _addresses),
    "Endpoints": (_endpoints,),
    "EndpointSlice": (_endpoint_slice,),
}
