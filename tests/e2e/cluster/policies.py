"""NetworkPolicy is enforced on the cluster: by its own network, or by an agent that the tests install."""

from pathlib import Path

from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import Kubectl, KubectlError

MANIFEST = Path(__file__).with_name("network-policies.yaml")
AGENT = "registry.k8s.io/networking/kube-network-policies:v0.8.0"
# kind's own network enforces policies since kind 0.24.
ENFORCING = "daemonset/kindnet"


def enforce(kubectl: Kubectl, images: Images) -> None:
    """Install the agent where the cluster's network does not enforce policies.

    Raises:
        ImageError: the agent's image is neither on this machine nor can it be pulled.
    """
    try:
        kubectl("get", ENFORCING, "--namespace=kube-system")
    except KubectlError:
        images.load(AGENT)
        images.prepare("iptables")
        kubectl("apply", "--server-side", "-f", str(MANIFEST))
        kubectl("rollout", "status", "daemonset/kube-network-policies", "--namespace=kube-system", "--timeout=120s")
