"""The gate's check `api-server` and a real API server refuse the same objects."""

from typing import Any

from kubernetes.dynamic.exceptions import DynamicApiError

from chartgate.tools.kubernetes_yaml import read_all
from tests.e2e.control_plane.dry_run import NotAdmitted, try_to_create
from tests.e2e.control_plane.namespace import make_namespace
from tests.e2e.control_plane.refused_objects import FAULTS, SOUND

NAMESPACE = "static-rules"


def refusals(connection: Any, manifests: str) -> list[str]:
    """What the server says of the objects that it refuses.

    A Service is created in earnest, since the server allocates node ports only then; the others without effect.
    """
    found = []
    for manifest in read_all(manifests):
        resource = connection.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])
        try:
            if manifest["kind"] == "Service":
                resource.create(manifest, namespace=NAMESPACE)
                resource.delete(name=manifest["metadata"]["name"], namespace=NAMESPACE)
            else:
                try_to_create(resource, manifest, NAMESPACE)
        except (NotAdmitted, DynamicApiError) as refusal:
            found.append(f"{manifest['kind']}: {refusal}")
    return found


def test_a_real_server_refuses_what_the_rules_refuse_and_nothing_else(connection: Any) -> None:
    make_namespace(connection, NAMESPACE)
    sound = refusals(connection, SOUND)
    assert not sound, sound
    unlike = []
    for old, new, rule, _ in FAULTS:
        # The object at fault is enough.
        changed = next(part.replace(old, new, 1) for part in SOUND.split("---\n") if old in part)
        said = refusals(connection, changed)
        if bool(said) != bool(rule):
            unlike.append((new[:60], rule, said))
    assert not unlike, unlike
