"""Pods: probes, an orderly end, least privilege, and whatever a user gives them besides."""

import re
from typing import Any

import pytest

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def test_every_container_of_every_case_has_least_privilege_and_resources(releases: Any) -> None:
    examined = 0
    for release in releases:
        for workload in release.workloads():
            pod = workload.pod_spec
            assert pod["securityContext"]["runAsNonRoot"] is True, workload.ref
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, workload.ref
            # The Job that creates Secrets asks the API server which are there.
            asks = pod["serviceAccountName"].endswith("-secrets")
            assert pod["automountServiceAccountToken"] is asks, workload.ref
            for container in workload.containers:
                examined += 1
                if container.name == "volume-permissions":  # It changes the owner of files, which only root can do.
                    assert container.manifest["securityContext"]["capabilities"]["drop"] == ["ALL"]
                    continue
                assert container.manifest["securityContext"] == RESTRICTED, container.name
                assert set(container.manifest["resources"]) == {"limits", "requests"}, container.name
    assert examined > 100


def test_long_running_containers_of_every_case_have_probes(releases: Any) -> None:
    probed = 0
    for release in releases:
        for workload in release.of_kind("Deployment", "StatefulSet"):
            for container in workload.containers:
                if container.role != "init":
                    probed += 1
                    assert {"livenessProbe", "readinessProbe"} <= set(container.manifest), container.name
    assert probed > 50


# What waits for Redis in the real application, in any spelling.
WAITING = re.compile(r"/+(health|metrics)/?", re.IGNORECASE)


def test_startup_and_liveness_never_wait_for_redis(releases: Any) -> None:
    asked = [
        container.manifest[probe]["httpGet"]["path"]
        for release in releases
        for container in release.only("Deployment").containers
        for probe in ("startupProbe", "livenessProbe")
        if container.name == "http" and "httpGet" in container.manifest.get(probe, {})
    ]
    assert asked
    assert not [path for path in asked if WAITING.fullmatch(path)]


def test_readiness_asks_for_redis_and_starts_no_node(render: Any) -> None:
    http = render().only("Deployment").container("http").manifest
    command = http["readinessProbe"]["exec"]["command"]
    assert command == ["sh", "/etc/claude-relay/scripts/ready.sh", "127.0.0.1:3000", "5"]


def test_readiness_gives_up_when_its_probe_does(render: Any) -> None:
    http = render(values={"readinessProbe": {"timeoutSeconds": 2}}).only("Deployment").container("http").manifest
    assert http["readinessProbe"]["exec"]["command"][-1] == "2"


CUSTOM = {"grpc": {"port": 4000}, "terminationGracePeriodSeconds": 3}
# Where the values of a probe are, and the workload, the container and the probe that they replace.
REPLACED = [
    (("startupProbe",), "Deployment", "http", "startupProbe"),
    (("livenessProbe",), "Deployment", "http", "livenessProbe"),
    (("readinessProbe",), "Deployment", "http", "readinessProbe"),
    (("metrics", "exporter", "livenessProbe"), "Deployment", "metrics", "livenessProbe"),
    (("metrics", "exporter", "readinessProbe"), "Deployment", "metrics", "readinessProbe"),
    (("storage", "logs", "fluentbit", "livenessProbe"), "Deployment", "fluent-bit", "livenessProbe"),
    (("storage", "logs", "fluentbit", "readinessProbe"), "Deployment", "fluent-bit", "readinessProbe"),
    (("redis", "livenessProbe"), "StatefulSet", "redis", "livenessProbe"),
    (("redis", "readinessProbe"), "StatefulSet", "redis", "readinessProbe"),
]


@pytest.mark.parametrize(
    ("path", "kind", "container", "probe"), REPLACED, ids=[".".join(path) for path, *_ in REPLACED]
)
def test_every_probe_can_be_replaced_and_left_out(
    render: Any, merged: Any, nested: Any, path: Any, kind: str, container: str, probe: str
) -> None:
    values = nested({"metrics.exporter.mode": "always", f"{'.'.join(path)}.custom": CUSTOM})
    assert render(values=values).only(kind).container(container).manifest[probe] == CUSTOM
    without = merged(values, nested({f"{'.'.join(path)}.enabled": False}))
    assert probe not in render(values=without).only(kind).container(container).manifest


def test_every_probe_of_the_chart_is_one_that_can_be_replaced(render: Any) -> None:
    release = render(values={"metrics": {"exporter": {"mode": "always"}}})
    there = {
        (workload.kind, container.name, probe)
        for workload in release.of_kind("Deployment", "StatefulSet")
        for container in workload.containers
        for probe in container.manifest
        if probe.endswith("Probe")
    }
    assert there == {(kind, container, probe) for _, kind, container, probe in REPLACED}


PING = ["sh", "-c", "redis-cli ping > /dev/null || redis-cli -s /run/redis/takeover.sock ping > /dev/null"]
READY = ["sh", "/etc/claude-relay/scripts/ready.sh", "127.0.0.1:3000", "5"]
# What each probe of the default values asks: the programs answer `/` without a look at Redis.
ASKED = {
    ("http", "startupProbe"): {"httpGet": {"path": "/", "port": "http"}},
    ("http", "livenessProbe"): {"httpGet": {"path": "/", "port": "http"}},
    ("http", "readinessProbe"): {"exec": {"command": READY}},
    ("metrics", "livenessProbe"): {"httpGet": {"path": "/", "port": "metrics"}},
    ("metrics", "readinessProbe"): {"tcpSocket": {"port": "metrics"}},
    ("fluent-bit", "livenessProbe"): {"httpGet": {"path": "/", "port": "fluent-bit"}},
    ("fluent-bit", "readinessProbe"): {"tcpSocket": {"port": "fluent-bit"}},
    ("redis", "livenessProbe"): {"exec": {"command": PING}},
    ("redis", "readinessProbe"): {"exec": {"command": ["sh", "-c", "redis-cli ping | grep -qx PONG"]}},
}


def test_every_probe_asks_what_its_program_answers(render: Any) -> None:
    release = render(values={"metrics": {"exporter": {"mode": "always"}}})
    asked = {
        (container.name, probe): {key: value for key, value in said.items() if isinstance(value, dict)}
        for workload in release.of_kind("Deployment", "StatefulSet")
        for container in workload.containers
        for probe, said in container.manifest.items()
        if probe.endswith("Probe")
    }
    assert asked == ASKED


@pytest.mark.parametrize(
    ("config", "address"),
    [({}, "127.0.0.1:3000"), ({"host": "::", "port": 4000}, "127.0.0.1:4000"), ({"host": "fd00::1"}, "[fd00::1]:3000")],
)
def test_readiness_asks_where_the_application_listens(render: Any, config: dict[str, Any], address: str) -> None:
    http = render(values={"config": config}).only("Deployment").container("http").manifest
    assert http["readinessProbe"]["exec"]["command"][-2] == address


def test_a_probe_can_be_tuned_and_left_out(render: Any) -> None:
    values = {"startupProbe": {"failureThreshold": 99}, "livenessProbe": {"enabled": False}}
    http = render(values=values).only("Deployment").container("http").manifest
    assert http["startupProbe"]["failureThreshold"] == 99
    assert "livenessProbe" not in http


def test_a_pod_leaves_the_service_before_it_stops(render: Any, refused: Any) -> None:
    deployment = render().only("Deployment")
    assert deployment.container("http").manifest["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "10"]
    assert deployment.pod_spec["terminationGracePeriodSeconds"] >= 10 + 10 + 5
    assert "terminationGracePeriodSeconds (24)" in refused({"terminationGracePeriodSeconds": 24})
    assert "terminationGracePeriodSeconds" in refused({"preStopSleepSeconds": 31})
    assert render(values={"preStopSleepSeconds": 0, "terminationGracePeriodSeconds": 15}).only("Deployment")


def test_no_further_image_waits_for_redis(render: Any) -> None:
    deployment = render().only("Deployment")
    wait, http = deployment.container("wait-for-redis"), deployment.container("http")
    assert wait.manifest["image"] == http.manifest["image"]
    assert wait.items("envFrom") == http.items("envFrom")
    assert not wait.env
    without = render(values={"waitForRedis": {"enabled": False}}).only("Deployment")
    assert "wait-for-redis" not in [container.name for container in without.containers]


def test_what_the_user_says_about_redis_holds_for_waiting_too(render: Any) -> None:
    reference = {"valueFrom": {"secretKeyRef": {"name": "mine", "key": "k"}}}
    extra = [{"name": "REDIS_PASSWORD", **reference}, {"name": "NODE_EXTRA_CA_CERTS", "value": "/ca/ca.crt"}]
    values = {
        "redis": {"auth": {"enabled": True}},
        "extraEnv": [*extra, {"name": "WEB_TITLE", "value": "Relay"}],
        "extraEnvFrom": [{"secretRef": {"name": "more"}}],
        "extraVolumes": [{"name": "ca", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
    }
    wait = render(values=values).only("Deployment").container("wait-for-redis")
    assert wait.items("env") == extra
    assert wait.items("envFrom")[1] == {"secretRef": {"name": "more"}}
    assert {"name": "ca", "mountPath": "/ca"} in wait.items("volumeMounts")


def test_the_users_containers_stand_beside_the_charts(render: Any) -> None:
    extra = {"name": "helper", "image": "helper:1"}
    values = {"initContainers": [extra], "extraContainers": [{**extra, "name": "other"}]}
    names = [container.name for container in render(values=values).only("Deployment").containers]
    assert names == ["helper", "wait-for-redis", "admin-setup", "fluent-bit", "http", "other"]


@pytest.mark.parametrize(
    ("values", "path", "expected"),
    [
        ({"nodeSelector": {"a": "b"}}, "nodeSelector", {"a": "b"}),
        ({"tolerations": [{"key": "a", "operator": "Exists"}]}, "tolerations", [{"key": "a", "operator": "Exists"}]),
        ({"priorityClassName": "high"}, "priorityClassName", "high"),
        ({"runtimeClassName": "gvisor"}, "runtimeClassName", "gvisor"),
        ({"affinity": {"nodeAffinity": {}}}, "affinity", {"nodeAffinity": {}}),
        ({"terminationGracePeriodSeconds": 90}, "terminationGracePeriodSeconds", 90),
        ({"hostAliases": [{"ip": "10.0.0.7"}]}, "hostAliases", [{"ip": "10.0.0.7"}]),
        ({"dnsPolicy": "Default"}, "dnsPolicy", "Default"),
        ({"dnsConfig": {"searches": ["a"]}}, "dnsConfig", {"searches": ["a"]}),
        ({"enableServiceLinks": False}, "enableServiceLinks", False),
        ({"serviceAccount": {"automount": True}}, "automountServiceAccountToken", True),
        ({"serviceAccount": {"create": False}}, "serviceAccountName", "default"),
        ({"serviceAccount": {"create": False, "name": "mine"}}, "serviceAccountName", "mine"),
    ],
)
def test_scheduling_and_identity_are_the_users(render: Any, values: Any, path: str, expected: Any) -> None:
    assert render(values=values).only("Deployment").pod_spec[path] == expected


def test_a_spread_constraint_without_a_selector_gets_the_applications(render: Any) -> None:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    own = {**constraint, "labelSelector": {"matchLabels": {"a": "b"}}}
    deployment = render(values={"topologySpreadConstraints": [constraint, own]}).only("Deployment")
    first, second = deployment.pod_spec["topologySpreadConstraints"]
    assert first["labelSelector"]["matchLabels"] == deployment.at("spec.selector.matchLabels")
    assert (
        second
        == render(values={"topologySpreadConstraints": [own]})
        .only("Deployment")
        .pod_spec["topologySpreadConstraints"][0]
    )


def test_the_test_pod_asks_the_service_and_is_not_selected_by_it(render: Any) -> None:
    release = render(release="x")
    pod = release.get("Pod", "x-claude-relay-test")
    assert pod.hooks == {"test"}
    assert pod.container("test").manifest["command"][-2] == "x-claude-relay:80"
    assert pod.labels["app.kubernetes.io/name"] != "claude-relay"


def test_all_pods_of_the_application_resolve_names_in_the_same_way(render: Any) -> None:
    own = {
        "hostAliases": [{"ip": "10.0.0.7", "hostnames": ["ldap"]}],
        "dnsPolicy": "None",
        "dnsConfig": {"nameservers": ["10.0.0.53"]},
        "enableServiceLinks": False,
    }
    release = render(values={**own, "global": {"secretsJob": True}, "redis": {"auth": {"enabled": True}}})
    pods = [workload for workload in release.workloads() if workload.kind in ("Deployment", "Job", "Pod")]
    assert len(pods) == 3
    for pod in pods:
        assert {key: pod.pod_spec.get(key) for key in own} == own, pod.ref


def test_without_values_the_pod_has_no_field_that_they_set(render: Any) -> None:
    deployment = render().only("Deployment")
    assert not {"hostAliases", "dnsPolicy", "dnsConfig", "enableServiceLinks"} & set(deployment.pod_spec)
    assert not {"command", "args"} & set(deployment.container("http").manifest)


def test_the_command_of_the_application_is_the_users(render: Any) -> None:
    http = render(values={"command": ["node"], "args": ["src/app.js"]}).only("Deployment").container("http").manifest
    assert (http["command"], http["args"]) == (["node"], ["src/app.js"])


def test_lifecycle_hooks_of_the_user_stand_beside_the_pause_or_replace_it(render: Any, any_helm: Any) -> None:
    pause = {"exec": {"command": ["sleep", "10"]}}
    start, stop = {"exec": {"command": ["true"]}}, {"httpGet": {"path": "/", "port": "http"}}
    for given, expected in (
        ({"postStart": start}, {"postStart": start, "preStop": pause}),
        ({"preStop": stop}, {"preStop": stop}),
    ):
        deployment = render(values={"lifecycle": given}, helm=any_helm).only("Deployment")
        assert deployment.container("http").manifest["lifecycle"] == expected


SCHEDULING = {
    "nodeSelector": {"pool": "relay"},
    "tolerations": [{"key": "relay", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}


def test_the_test_pod_runs_where_the_application_does_unless_told_otherwise(render: Any) -> None:
    def test_pod(values: Any) -> Any:
        return render(values=values, release="x").get("Pod", "x-claude-relay-test")

    inherited = test_pod(SCHEDULING).pod_spec
    assert {key: inherited[key] for key in SCHEDULING} == SCHEDULING
    own = {"nodeSelector": {"pool": "tests"}, "tolerations": [{"key": "tests"}], "affinity": {"podAffinity": {}}}
    pod = test_pod({**SCHEDULING, "helmTest": {**own, "labels": {"stage": "test"}, "annotations": {"note": "test"}}})
    assert {key: pod.pod_spec[key] for key in own} == own
    assert (pod.labels["stage"], pod.annotations["note"]) == ("test", "test")


def test_the_pod_of_the_job_has_labels_and_annotations(render: Any) -> None:
    mesh = {"podLabels": {"sidecar.istio.io/inject": "false"}, "podAnnotations": {"linkerd.io/inject": "disabled"}}
    release = render(values={"global": {"secretsJob": True}, "secretsJob": mesh})
    (job,) = release.of_kind("Job")
    metadata = job.at("spec.template.metadata")
    assert metadata["labels"]["sidecar.istio.io/inject"] == "false"
    assert metadata["annotations"] == mesh["podAnnotations"]


def test_variables_of_the_user_are_templates(render: Any, any_helm: Any) -> None:
    values = {
        "extraEnv": [
            {"name": "WEB_TITLE", "value": '{{ include "claude-relay.fullname" . }}'},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "{{ .Release.Name }}-token", "key": "token"}}},
        ],
        "extraEnvFrom": [{"secretRef": {"name": "{{ .Release.Name }}-more"}}],
        "storage": {"logs": {"fluentbit": {"extraEnv": [{"name": "A", "value": "{{ .Release.Namespace }}"}]}}},
    }
    deployment = render(values=values, release="x", namespace="n", helm=any_helm).only("Deployment")
    env = deployment.container("http").env
    assert env["WEB_TITLE"]["value"] == "x-claude-relay"
    assert env["TOKEN"]["valueFrom"]["secretKeyRef"]["name"] == "x-token"
    for name in ("http", "wait-for-redis"):
        assert {"secretRef": {"name": "x-more"}} in deployment.container(name).items("envFrom")
    assert deployment.container("fluent-bit").env["A"]["value"] == "n"


@pytest.mark.parametrize("kube", ["1.28", "1.37"])
@pytest.mark.parametrize("mode", ["emptyDir", "fluentbit"])
def test_without_containers_that_start_first_there_is_no_list_of_them(render: Any, kube: str, mode: str) -> None:
    off = {"enabled": False}
    values = {"waitForRedis": off, "adminSetup": off, "storage": {"logs": {"mode": mode}}}
    pod = render(values, kube=kube).only("Deployment").pod_spec
    native = mode == "fluentbit" and kube != "1.28"
    assert [one["name"] for one in pod.get("initContainers", [])] == (["fluent-bit"] if native else [])
    assert ("initContainers" in pod) is native


@pytest.mark.parametrize(("value", "container"), [("waitForRedis", "wait-for-redis"), ("adminSetup", "admin-setup")])
def test_each_container_that_starts_first_can_be_the_only_one(render: Any, value: str, container: str) -> None:
    others = {name: {"enabled": name == value} for name in ("waitForRedis", "adminSetup")}
    pod = render({**others, "storage": {"logs": {"mode": "emptyDir"}}}).only("Deployment").pod_spec
    assert [one["name"] for one in pod["initContainers"]] == [container]
