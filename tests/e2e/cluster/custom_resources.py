"""The kinds of other projects that the chart can make, defined on the cluster as these projects define them."""

import json

from chartgate.tools.definitions import custom_definitions
from tests.e2e.cluster.namespace import Kubectl

GROUPS = {"gateway.networking.k8s.io", "monitoring.coreos.com", "traefik.io"}


def define_custom_resources(kubectl: Kubectl) -> None:
    """Define them all, and wait until the server serves them.

    Raises:
        GateError: the definitions cannot be downloaded.
    """
    wanted = custom_definitions(GROUPS)
    assert {one["spec"]["group"] for one in wanted} == GROUPS
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted})
    kubectl("apply", "--server-side", "-f", "-", given=given)
    names = [f"customresourcedefinition/{one['metadata']['name']}" for one in wanted]
    kubectl("wait", "--for=condition=Established", "--timeout=60s", *names)
