"""What objects ask to be there already: namespaces other than the release's, and the classes that pods name."""

from collections.abc import Iterable
from typing import Any

from chartgate.releases.objects import KubeObject
from tests.e2e.control_plane.dry_run import Manifest
from tests.e2e.control_plane.namespace import make_namespace

# What a pod calls the class, and the class with nothing said that matters here.
CLASSES: dict[str, Manifest] = {
    "priorityClassName": {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 1},
    "runtimeClassName": {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "any"},
}


def make_surroundings(connection: Any, objects: Iterable[KubeObject]) -> None:
    """Make every namespace that the objects land in, and every class that their pods name."""
    objects = list(objects)
    for namespace in sorted({obj.namespace for obj in objects}):
        make_namespace(connection, namespace)
    for field, manifest in CLASSES.items():
        resource = connection.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])
        for name in sorted({obj.pod_spec[field] for obj in objects if obj.pod_spec and field in obj.pod_spec}):
            resource.create({**manifest, "metadata": {"name": name}})
