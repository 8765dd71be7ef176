"""The real Traefik in a namespace: controller of Ingresses and of a Gateway there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.cluster.namespace import Kubectl, Namespace
from tests.e2e.cluster.pods import RESTRICTED

NAME = "traefik"
GATEWAY = "gateway"
WEB, OWN = 8000, 8080
PROVIDERS = ("kubernetesingress", "kubernetescrd", "kubernetesgateway")


@contextmanager
def traefik_in(namespace: Namespace, kubectl: Kubectl, image: str) -> Iterator[None]:
    """Traefik for the class "traefik", ready; what it has outside its namespace goes at the end."""
    cluster_wide = [_role(namespace), _binding(namespace), _ingress_class(), _gateway_class()]
    namespace.apply(*cluster_wide, _account(), _gateway(), _deployment(namespace, image))
    try:
        namespace.rolled_out(f"deployment/{NAME}")
        yield
    finally:
        for one in cluster_wide:
            kubectl("delete", one["kind"], one["metadata"]["name"], "--ignore-not-found")


def _role(namespace: Namespace) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": namespace.name},
        "rules": [
            {
                "apiGroups": ["", "discovery.k8s.io", "networking.k8s.io", "gateway.networking.k8s.io", "traefik.io"],
                "resources": ["*"],
                "verbs": ["get", "list", "watch"],
            },
            {
                "apiGroups": ["networking.k8s.io", "gateway.networking.k8s.io"],
                "resources": ["ingresses/status", "gatewayclasses/status", "gateways/status", "httproutes/status"],
                "verbs": ["update", "patch"],
            },
        ],
    }


def _binding(namespace: Namespace) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": namespace.name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": namespace.name},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": namespace.name}],
    }


def _ingress_class() -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": NAME},
        "spec": {"controller": "traefik.io/ingress-controller"},
    }


def _gateway_class() -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": NAME},
        "spec": {"controllerName": "traefik.io/gateway-controller"},
    }


def _gateway() -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": GATEWAY},
        "spec": {"gatewayClassName": NAME, "listeners": [{"name": "http", "port": WEB, "protocol": "HTTP"}]},
    }


def _account() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME}}


def _deployment(namespace: Namespace, image: str) -> dict[str, Any]:
    labels = {"app": NAME}
    arguments = [
        f"--entrypoints.web.address=:{WEB}",
        f"--entrypoints.traefik.address=:{OWN}",
        "--ping=true",
        *(f"--providers.{provider}.namespaces={namespace.name}" for provider in PROVIDERS),
    ]
    container = {
        "name": NAME,
        "image": image,
        "args": arguments,
        "securityContext": RESTRICTED,
        "readinessProbe": {"httpGet": {"path": "/ping", "port": OWN}, "periodSeconds": 1},
    }
    pod = {"serviceAccountName": NAME, "terminationGracePeriodSeconds": 1, "containers": [container]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }
