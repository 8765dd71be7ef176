"""The gate and a real API server take the same custom resources by the rules of their definition."""

from pathlib import Path

from chartgate.findings.custom_rules import judge
from chartgate.releases.objects import kube_object
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.control_plane.custom_resources import install
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.structural import structural_schemas

CORPUS = Path(__file__).parent / "corpus" / "custom-rules.yaml"


def test_the_gate_and_the_server_refuse_the_same_objects(api_server: ApiServer) -> None:
    definition, *objects = read_all(CORPUS.read_text(encoding="utf-8"))
    install(api_server, [definition])
    ((kind, schema),) = structural_schemas(definition)
    differing = {}
    refused = 0
    for number, part in enumerate(objects):
        manifest = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": f"n-{number}"}, **part}
        answer = api_server.try_to_create(manifest, "default")
        found = [
            (fault.rule, fault.where, fault.what) for fault in judge(kube_object(manifest, "x.yaml", "default"), schema)
        ]
        refused += answer.refused
        untold = [one for one in found if one[0] != "broken-rule" or not told(one[1], one[2], answer.message)]
        if bool(found) is not answer.refused or untold or len(found) != count(answer.message if answer.refused else ""):
            differing[str(part)] = (found, answer.message if answer.refused else "accepted")
    assert not differing, differing
    assert 0 < refused < len(objects)


def told(where: str, what: str, message: str) -> bool:
    """Whether the server says the same at the same place."""
    words = what.partition(": ")[2]
    # Of a map's member the server names the key in brackets.
    place = where.replace("spec.values.", "spec.values[").split("[")[0]
    # The words of both differ where an expression has no value.
    return place in message and words.rpartition("evaluating rule: ")[2] in message


def count(message: str) -> int:
    """How many things the server has against an object."""
    return message.count("Invalid value: ")
