"""What Prometheus' own discovery of EndpointSlices would find, since Debian builds Prometheus without it.

Source: Prometheus, Configuration, kubernetes_sd_config, role endpointslice.
"""

import re
from collections.abc import Mapping
from typing import Any

from tests.e2e.cluster.namespace import Namespace

META = "__meta_kubernetes"
OF_SERVICE = "kubernetes.io/service-name"


def endpoint_slice_targets(namespace: Namespace) -> list[dict[str, Any]]:
    """Every port of every address of every EndpointSlice, as groups for `file_sd_configs`."""
    services, pods = ({one["metadata"]["name"]: one for one in namespace.items(kind)} for kind in ("services", "pods"))
    groups = []
    for piece in namespace.items("endpointslices"):
        service = services[piece["metadata"]["labels"][OF_SERVICE]]
        for endpoint in piece.get("endpoints") or []:
            for port in piece["ports"]:
                labels = {
                    f"{META}_namespace": namespace.name,
                    f"{META}_service_name": service["metadata"]["name"],
                    f"{META}_endpointslice_port_name": port["name"],
                    **_of_labels("service", service),
                    **_of_pod(pods.get(endpoint.get("targetRef", {}).get("name", "")), port["port"]),
                }
                addresses = [f"{address}:{port['port']}" for address in endpoint["addresses"]]
                groups.append({"targets": addresses, "labels": labels})
    return groups


def as_label(key: str) -> str:
    """A key of Kubernetes as part of a label's name."""
    return re.sub(r"\W", "_", key)


def _of_labels(kind: str, manifest: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{META}_{kind}_label_{as_label(key)}": value for key, value in manifest["metadata"].get("labels", {}).items()
    }


def _of_pod(pod: Mapping[str, Any] | None, port: int) -> dict[str, str]:
    if pod is None:
        return {}
    containers = [
        container["name"]
        for container in pod["spec"]["containers"]
        if port in {one["containerPort"] for one in container.get("ports", [])}
    ]
    return {
        f"{META}_pod_name": pod["metadata"]["name"],
        f"{META}_pod_node_name": pod["spec"]["nodeName"],
        f"{META}_pod_container_name": "".join(containers),  # empty for a port that no container names
    }
