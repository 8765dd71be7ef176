"""The gate and a real API server say the same of policies: which objects they are against, with the same words."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from chartgate.findings.policies.evaluation import Refusal, Surroundings, ask
from chartgate.findings.policies.matching import Namespaces
from chartgate.findings.policies.request import requests_of
from chartgate.releases.objects import kube_object
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.reading import Reading
from chartgate.values.policies import BINDING, POLICY, Policies, read_policies
from tests.e2e.control_plane.mutations import sound_objects

Manifest = dict[str, Any]

CORPUS = Path(__file__).parent / "corpus"
NAMESPACE = "policies"
LABELS = {"tier": "test"}
API = "admissionregistration.k8s.io/v1"
BATCH = 12
"""Expressions about one object: a server tells no more than 4 KB of warnings."""
CONFIG_MAP: Manifest = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "probe", "labels": {"app.kubernetes.io/name": "web"}},
    "data": {"one": "1", "two": "2", "text": "abc"},
}
WARNING = re.compile(r"Validation failed for ValidatingAdmissionPolicy '([^']+)' with binding '[^']+': (.*)", re.DOTALL)
# What the server evaluates and the gate does not, and says so: parts of the expressions.
NOT_IN_THE_GATE = ("format.",)


def policies_of(folder: Path, manifests: Sequence[Manifest]) -> Policies:
    """What the gate reads of these manifests."""
    file = folder / "policies.json"
    file.write_text(json.dumps({"items": manifests}), encoding="utf-8")
    return read_policies([file], Reading())


def install(server: ApiServer, manifests: Sequence[Manifest]) -> Mapping[str, str]:
    """Create the policies; returns the words for those that the server refuses, by name."""
    refused = {}
    for manifest in manifests:
        answer = server.create(manifest, NAMESPACE)
        if answer.refused:
            refused[str(manifest["metadata"]["name"])] = answer.message
    return refused


def of_server(server: ApiServer, manifest: Manifest) -> list[tuple[str, str]]:
    """Each policy that is against an object, and its words."""
    answer = server.try_to_create(manifest, NAMESPACE)
    assert not answer.refused, answer.message
    found = [WARNING.fullmatch(text) for text in answer.warnings]
    said = [(match[1], " ".join(match[2].split())) for match in found if match]
    if manifest["kind"] == "Secret":
        # The gate leaves out the cause of an error, which can quote what a Secret holds.
        said = [(name, re.sub(r"( resulted in error): .*", r"\1", words)) for name, words in said]
    return sorted(said)


def of_gate(policies: Policies, manifest: Manifest) -> list[tuple[str, str]]:
    """The same, by the gate; without the reason of a refusal, which is no part of a warning."""
    request = next(requests_of(kube_object(manifest, "x.yaml", NAMESPACE), {}))
    known = [*policies.objects, {"metadata": {"name": NAMESPACE, "labels": LABELS}}]
    around = Surroundings(Namespaces(known), policies.objects)
    answers = [(policy.name, answer) for policy in policies.policies for answer in ask(policy, request, around)]
    return sorted(
        (name, answer.words.removesuffix(" (Forbidden)") if isinstance(answer, Refusal) else f"GAP {answer.why}")
        for name, answer in answers
    )


def expressions() -> list[str]:
    return (CORPUS / "expressions.txt").read_text(encoding="utf-8").splitlines()


def policy_of(number: int, expression: str) -> list[Manifest]:
    """A policy that tells the value of an expression, and its binding."""
    name = f"expression-{number:03d}"
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]
    selector = {"matchLabels": {"batch": str(number // BATCH)}}
    demand = {"expression": f"dyn({expression}) == 'never'", "messageExpression": f"'%s'.format([{expression}])"}
    spec = {"matchConstraints": {"objectSelector": selector, "resourceRules": rules}, "validations": [demand]}
    return [{"apiVersion": API, "kind": POLICY, "metadata": {"name": name}, "spec": spec}, binding_of(name)]


def binding_of(name: str) -> Manifest:
    spec = {"policyName": name, "validationActions": ["Warn"]}
    return {"apiVersion": API, "kind": BINDING, "metadata": {"name": name}, "spec": spec}


@pytest.fixture(scope="module")
def corpus() -> list[Manifest]:
    """The policies, each with a binding."""
    text = (CORPUS / "policies.yaml").read_text(encoding="utf-8").replace("POLICIES", NAMESPACE)
    manifests: list[Manifest] = list(read_all(text))
    bound = {one["spec"]["policyName"] for one in manifests if one["kind"] == BINDING}
    names = [one["metadata"]["name"] for one in manifests if one["kind"] == POLICY]
    return [*manifests, *(binding_of(name) for name in names if name not in bound)]


@pytest.fixture(scope="module")
def server(api_server: ApiServer, corpus: list[Manifest]) -> Iterator[ApiServer]:
    """The API server with all of the policies. Other tests get it without them."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": LABELS}}
    assert not api_server.create(namespace).refused
    made = [*corpus, *(one for number, text in enumerate(expressions()) for one in policy_of(number, text))]
    refused = install(api_server, made)
    assert not [name for name in refused if not name.startswith("expression-")], refused
    batches = Counter(
        number // BATCH for number in range(len(expressions())) if f"expression-{number:03d}" not in refused
    )
    for batch, count in batches.items():
        _wait_for(partial(_tells, api_server, in_batch(batch * BATCH), count))
    yield api_server
    for manifest in made:
        if manifest["kind"] in {POLICY, BINDING}:
            path = api_server.kinds[API, manifest["kind"]].path("", manifest["metadata"]["name"])
            api_server.request("DELETE", path)
    _wait_for(lambda: not of_server(api_server, in_batch(0)))


def _tells(server: ApiServer, manifest: Manifest, count: int) -> bool:
    return len(of_server(server, manifest)) >= count


def _wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the server does not ask the policies"
        time.sleep(0.2)


def in_batch(number: int) -> Manifest:
    """The object about which the expression is."""
    manifest = deepcopy(CONFIG_MAP)
    manifest["metadata"]["labels"]["batch"] = str(number // BATCH)
    return manifest


def test_the_gate_and_the_server_evaluate_expressions_alike(server: ApiServer, tmp_path: Path) -> None:
    texts = expressions()
    made = [one for number, text in enumerate(texts) for one in policy_of(number, text)]
    policies = policies_of(tmp_path, made)
    differing = {}
    for first in range(0, len(texts), BATCH):
        manifest = in_batch(first)
        theirs = {name: words for name, words in of_server(server, manifest) if name.startswith("expression-")}
        ours = dict(of_gate(policies, manifest))
        for number, text in enumerate(texts[first : first + BATCH], first):
            name = f"expression-{number:03d}"
            if any(part in text for part in NOT_IN_THE_GATE):
                assert ours[name].startswith("GAP "), text
            elif name in theirs and ours.get(name) != _utf8(theirs[name]):
                differing[text] = (ours.get(name), theirs[name])
    assert not differing, pformat(differing, width=200)


def _utf8(text: str) -> str:
    """A warning as it was sent: headers of HTTP are read as Latin-1."""
    return text.encode("latin-1").decode("utf-8")


def test_the_gate_adds_the_defaults_of_the_server(api_server: ApiServer) -> None:
    for manifest in sound_objects():
        obj = kube_object(manifest, "x.yaml", NAMESPACE)
        theirs = api_server.try_to_create(manifest, NAMESPACE).document
        ours = next(requests_of(obj, {})).data
        assert list(missing(theirs, ours, "")) == [], f"{obj.ref}: the server has something else here"


def missing(theirs: Any, ours: Any, where: str) -> Iterator[str]:
    """The places where something of the second object is not in the first one."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, child in ours.items():
            yield from missing(theirs.get(key), child, f"{where}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, child in enumerate(ours):
            yield from missing(theirs[index], child, f"{where}[{index}]")
    elif ours != theirs:
        yield f"{where}: {theirs!r} and not {ours!r}"


def test_the_gate_and_the_server_apply_policies_alike(
    server: ApiServer, corpus: list[Manifest], tmp_path: Path
) -> None:
    policies = policies_of(tmp_path, corpus)
    names = {policy.name for policy in policies.policies}
    seen = set()
    differing = {}
    for manifest in sound_objects():
        theirs = of_server(server, manifest)
        ours = of_gate(policies, manifest)
        seen |= {name for name, _ in theirs}
        if ours != theirs:
            key = f"{manifest['kind']}/{manifest['metadata']['name']}"
            differing[key] = {"only the gate": set(ours) - set(theirs), "only the server": set(theirs) - set(ours)}
    assert not differing, pformat(differing, width=200)
    assert seen == names
