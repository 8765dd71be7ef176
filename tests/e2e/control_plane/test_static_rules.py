"""The gate's check `api-server` and a real API server refuse the same objects."""

from chartgate.findings.api_server.words import remarks
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.kubernetes_yaml import read_all
from tests.e2e.control_plane.refused_objects import FAULTS, SOUND

NAMESPACE = "static-rules"


def refusals(server: ApiServer, manifests: str) -> list[str]:
    """What the server says of the objects that it refuses.

    A Service is really created, since the server allocates node ports only then.
    """
    found = []
    for manifest in read_all(manifests):
        if manifest["kind"] == "Service":
            answer = server.create(manifest, NAMESPACE)
            resource = server.kinds["v1", "Service"]
            server.request("DELETE", resource.path(NAMESPACE, manifest["metadata"]["name"]))
        else:
            answer = server.try_to_create(manifest, NAMESPACE)
        if answer.refused:
            found.append(f"{manifest['kind']}: {remarks(answer, manifest)}")
    return found


def test_a_real_server_refuses_what_the_rules_refuse_and_nothing_else(api_server: ApiServer) -> None:
    api_server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    sound = refusals(api_server, SOUND)
    assert not sound, sound
    unlike = []
    for old, new, rule, _ in FAULTS:
        # The object at fault is enough.
        changed = next(part.replace(old, new, 1) for part in SOUND.split("---\n") if old in part)
        said = refusals(api_server, changed)
        if bool(said) != bool(rule):
            unlike.append((new[:60], rule, said))
    assert not unlike, unlike
