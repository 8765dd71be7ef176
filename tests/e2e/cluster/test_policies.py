"""Who may connect to what, proved by traffic: NetworkPolicy is enforced on this cluster."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import MakeNamespace, Namespace, until
from tests.e2e.cluster.operator import DEPLOYMENT, REDIS, Operator
from tests.e2e.cluster.pods import run_pod
from tests.e2e.cluster.release import ReleaseIn

PLAIN = {"preStopSleepSeconds": 0}
EXPORTER = {**PLAIN, "metrics": {"exporter": {"mode": "always"}}}
PORTS = {"application": 3000, "exporter": 7979, "fluent-bit": 2020}
# Pods beside the release, and pods in another namespace. The member has the label of the release's pods.
BESIDE: dict[str, dict[str, str]] = {"stranger": {}, "member": {"app.kubernetes.io/instance": "relay"}}
ELSEWHERE: dict[str, dict[str, str]] = {"gateway": {}, "prometheus": {}, "visitor": {}}
PEERS = [*BESIDE, *ELSEWHERE]

Reached = dict[str, set[str]]
"""For each peer, the ports of the release to which it can connect."""


class Peers:
    """The pods that try to connect, and the release to which they do."""

    def __init__(self, operator: Operator, places: Mapping[str, Namespace]) -> None:
        self.operator = operator
        self.places = places

    def addresses(self) -> dict[str, str]:
        """The address of each port of the release's pods."""
        (pod,) = self.operator.pods()
        redis = self.operator.namespace.get("pod", REDIS)["status"]["podIP"]
        return {**{name: f"{pod['status']['podIP']}:{port}" for name, port in PORTS.items()}, "redis": f"{redis}:6379"}

    def reached(self) -> Reached:
        """What every peer reaches at this moment; all of them connect at once."""
        targets = self.addresses()
        with ThreadPoolExecutor(len(PEERS)) as pool:
            found = pool.map(lambda peer: connections(self.places[peer], peer, targets), PEERS)
            return dict(zip(PEERS, found, strict=True))

    def expect(self, expected: Reached) -> None:
        """Wait until exactly these connections open: policies take effect a moment after a pod runs."""
        found: Reached = {}

        def settled() -> bool:
            found.clear()
            found.update(self.reached())
            return found == expected

        with suppress(AssertionError):
            until(settled, "the policies take effect")
        assert found == expected


def connections(namespace: Namespace, target: str, addresses: Mapping[str, str], container: str = "") -> set[str]:
    """The names of the addresses to which a connection from a pod opens within two seconds."""
    script = """
      const attempt = ([name, address]) => new Promise((end) => {
        const [host, port] = address.split(':');
        require('net').connect(port, host, () => end(name)).on('error', () => end());
        setTimeout(end, 2000);
      });
      Promise.all(Object.entries(JSON.parse(process.argv[1])).map(attempt)).then((ends) => {
        console.log(JSON.stringify(ends.filter(Boolean)));
        process.exit(0);
      });
    """
    answer = namespace.execute(target, "node", "-e", script, json.dumps(addresses), container=container)
    return set(json.loads(answer))


@pytest.fixture(scope="module")
def peers(make_namespace: MakeNamespace, release_in: ReleaseIn, images: Images, render: Any) -> Iterator[Peers]:
    images.load_chart_images(render(values=EXPORTER))
    with make_namespace("policies") as namespace, make_namespace("elsewhere") as elsewhere:
        release = release_in(namespace)
        release.install(PLAIN)
        operator = Operator(namespace, release)
        places = {**dict.fromkeys(BESIDE, namespace), **dict.fromkeys(ELSEWHERE, elsewhere)}
        command = ["node", "-e", "require('http').createServer((_, answer) => answer.end('ok')).listen(8080)"]
        image, labels = operator.image(), {**BESIDE, **ELSEWHERE}
        with ThreadPoolExecutor(len(PEERS)) as pool:
            run = pool.map(lambda n: run_pod(places[n], n, image, command, port=8080, labels=labels[n]), PEERS)
            assert len(list(run)) == len(PEERS)
        yield Peers(operator, places)


def each_reaches(*names: str) -> Reached:
    """Every peer reaches these ports."""
    return {peer: set(names) for peer in PEERS}


def upgrade(peers: Peers, values: Mapping[str, Any]) -> None:
    peers.operator.release.upgrade(values)
    until(lambda: len(peers.operator.pods()) == 1 and bool(peers.operator.ready()), "one pod is left and ready")


def test_without_an_exporter_only_the_application_is_open(peers: Peers) -> None:
    peers.expect({**each_reaches("application"), "member": {"application", "redis"}})


def test_without_named_peers_all_pods_reach_the_application_and_its_metrics(peers: Peers) -> None:
    upgrade(peers, EXPORTER)
    peers.expect({**each_reaches(*PORTS), "member": {*PORTS, "redis"}})
    application = connections(peers.operator.namespace, DEPLOYMENT, peers.addresses(), container="http")
    assert "redis" in application, "the application reaches its Redis"


def in_namespace(namespace: Namespace, pod: str) -> dict[str, Any]:
    """A peer of a policy: one pod in a namespace."""
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace.name}},
        "podSelector": {"matchLabels": {"app": pod}},
    }


def test_only_the_named_peers_reach_the_application_and_the_metrics(peers: Peers) -> None:
    named = {
        "ingressFrom": [in_namespace(peers.places["gateway"], "gateway")],
        "metricsFrom": [in_namespace(peers.places["prometheus"], "prometheus")],
    }
    upgrade(peers, {**EXPORTER, "networkPolicy": named})
    opened: Reached = {"gateway": {"application"}, "prometheus": {"exporter", "fluent-bit"}, "member": {"redis"}}
    peers.expect({**each_reaches(), **opened})
    # The kubelet's probes come from the node, and `helm test` has labels that the policy admits.
    assert len(peers.operator.ready()) == 1
    assert "Succeeded" in peers.operator.release.test()


def test_additional_rules_open_exactly_what_they_name(peers: Peers) -> None:
    visitor = in_namespace(peers.places["visitor"], "visitor")
    nobody = [{"podSelector": {"matchLabels": {"app": "nobody"}}}]
    stranger = {"from": [{"podSelector": {"matchLabels": {"app": "stranger"}}}], "ports": [{"port": 3000}]}
    dns = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    redis = {"to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "redis"}}}], "ports": [{"port": 6379}]}
    policy = {"ingressFrom": nobody, "metricsFrom": nobody, "extraIngress": [stranger], "egress": [dns, redis]}
    own = {"networkPolicy": {"extraIngress": [{"from": [visitor], "ports": [{"port": 6379}]}]}}
    upgrade(peers, {**EXPORTER, "networkPolicy": policy, "redis": own})
    peers.expect({**each_reaches(), "stranger": {"application"}, "visitor": {"redis"}, "member": {"redis"}})
    server = {"stranger": f"{peers.places['stranger'].get('pod', 'stranger')['status']['podIP']}:8080"}
    targets = {**server, "redis": peers.addresses()["redis"]}
    until(
        lambda: connections(peers.operator.namespace, DEPLOYMENT, targets, container="http") == {"redis"},
        "the application reaches Redis and no other pod",
    )


def test_without_policies_everything_is_open(peers: Peers) -> None:
    off = {"networkPolicy": {"enabled": False}}
    upgrade(peers, {**EXPORTER, **off, "redis": off})
    peers.expect(each_reaches(*PORTS, "redis"))
