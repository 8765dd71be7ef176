"""The pods that a workload would make."""

from collections.abc import Mapping
from typing import Any

from tests.e2e.control_plane.dry_run import Manifest


def bare_pod(workload: Mapping[str, Any]) -> Manifest:
    """A workload's pod as a bare Pod: Pod Security only warns of a workload, but refuses a pod."""
    spec = workload["spec"]
    template = spec["template"]
    # What a StatefulSet's controller does with its PVCs.
    claims = [
        {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "claim"}}
        for claim in spec.get("volumeClaimTemplates", ())
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": "bare"},
        "spec": {**template["spec"], "volumes": [*template["spec"].get("volumes", ()), *claims]},
    }
