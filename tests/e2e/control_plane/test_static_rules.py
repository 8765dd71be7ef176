"""The gate and a real API server refuse the same objects.

Every object of `corpus/sound.yaml` is changed at every place, and both are asked about each change.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chartgate.findings.api_server.words import remarks
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case
from tests.e2e.control_plane.mutations import mutations, sound_objects
from tests.e2e.control_plane.refused_objects import FAULTS, SOUND

NAMESPACE = "static-rules"
# Checks that tell a part of what the server refuses, and of `references` the rules that are about one object.
BESIDE = ("schema", "names", "list-keys", "references")
OF_ONE_OBJECT = frozenset({"selector", "no-volume"})
# What only the server says: (kind, place), and why the gate does not.
ONLY_THE_SERVER = {
    ("APIService", "spec.service"): "an APIService without a Service is one of the API server's own",
    ("ServiceAccount", "secrets[]"): "only server-side apply refuses it",
    ("ServiceAccount", "secrets[].name"): "only server-side apply refuses it",
    ("ValidatingWebhookConfiguration", "webhooks[].matchConditions[].expression"): "the gate does not compile CEL",
    ("ValidatingWebhookConfiguration", "webhooks[].rules[].scope"): "an empty text in place of the default",
}
# What only the gate says: (kind, place), and why the server does not.
ONLY_THE_GATE = {("Service", "spec.ports[].nodePort"): "a dry run allocates no ports"}


def make_namespace(server: ApiServer) -> None:
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})


def findings(manifest: dict[str, Any], *keys: str) -> list[str]:
    """What checks of the gate say of an object."""
    obj = kube_object(manifest, "x.yaml", NAMESPACE)
    rendered = Rendered(Case("written"), Release("x", NAMESPACE, "4.3.1", "1.37", (obj,)))
    return [
        f"{finding.check}/{finding.rule} {finding.where}: {finding.what}"
        for check in CHECKS
        if check.key in keys
        for verdict in examine(check, [rendered])
        for finding in verdict.findings
        if check.key != "references" or finding.rule in OF_ONE_OBJECT
    ]


def test_neither_the_server_nor_the_rules_say_less_than_the_other(api_server: ApiServer) -> None:
    make_namespace(api_server)
    for manifest in sound_objects():
        assert not api_server.try_to_create(manifest, NAMESPACE).refused, manifest
        assert findings(manifest, "api-server", "schema") == []
    changed = list(mutations())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: api_server.try_to_apply(one.manifest, NAMESPACE), changed))
    only_the_server, only_the_gate = {}, {}
    for mutation, answer in zip(changed, answers, strict=True):
        place = (mutation.kind, mutation.place)
        said = findings(mutation.manifest, "api-server")
        if answer.refused and not said and not findings(mutation.manifest, *BESIDE):
            only_the_server[place] = f"{mutation}: {remarks(answer, mutation.manifest)}"
        if said and not answer.refused:
            only_the_gate[place] = f"{mutation}: {said}"
    # Both ways: an exception that is not needed any more has to go.
    assert only_the_server.keys() == ONLY_THE_SERVER.keys(), only_the_server
    assert only_the_gate.keys() == ONLY_THE_GATE.keys(), only_the_gate


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


def test_a_real_server_refuses_the_faults_that_the_rules_refuse(api_server: ApiServer) -> None:
    make_namespace(api_server)
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
