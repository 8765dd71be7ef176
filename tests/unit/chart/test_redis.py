"""Redis: the release's own, and one that runs elsewhere."""

from typing import Any

import pytest


def test_only_the_releases_own_pods_reach_redis(render: Any) -> None:
    release = render(values={"nameOverride": "gateway"}, release="x")
    policy = release.get("NetworkPolicy", "x-redis")
    assert policy.at("spec.podSelector.matchLabels").items() <= release.only("StatefulSet").pod_labels.items()
    (rule,) = policy.at("spec.ingress")
    (peer,) = rule["from"]
    assert peer == {"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "x"}}}
    assert release.only("Deployment").pod_labels["app.kubernetes.io/instance"] == "x"
    assert rule["ports"] == [{"port": "redis", "protocol": "TCP"}]


@pytest.mark.parametrize(
    ("persistence", "volumes", "templates"),
    [
        ({}, [], 1),
        ({"enabled": False}, [{"name": "data", "emptyDir": {}}], 0),
        ({"existingClaim": "mine"}, [{"name": "data", "persistentVolumeClaim": {"claimName": "mine"}}], 0),
    ],
)
def test_its_data_is_on_a_claim_a_given_claim_or_gone(
    render: Any, persistence: Any, volumes: Any, templates: int
) -> None:
    statefulset = render(values={"redis": {"persistence": persistence}}).only("StatefulSet")
    assert [volume for volume in statefulset.pod_spec["volumes"] if volume["name"] == "data"] == volumes
    assert len(statefulset.at("spec.volumeClaimTemplates", ())) == templates


@pytest.mark.parametrize(("value", "expected"), [("", None), ("-", ""), ("fast", "fast")])
def test_the_storage_class_can_be_the_default_none_or_named(render: Any, value: str, expected: str | None) -> None:
    values = {
        "redis": {"persistence": {"storageClass": value}},
        "storage": {"logs": {"mode": "pvc", "persistence": {"storageClass": value}}},
    }
    release = render(values=values)
    claims = [
        release.only("PersistentVolumeClaim").spec,
        release.only("StatefulSet").at("spec.volumeClaimTemplates")[0]["spec"],
    ]
    assert [claim.get("storageClassName") for claim in claims] == [expected, expected]


@pytest.mark.parametrize(("name", "used"), [("", "default"), ("mine", "mine")])
def test_its_service_account_can_be_one_of_the_users(render: Any, name: str, used: str) -> None:
    values = {"redis": {"serviceAccount": {"create": False, "name": name}}}
    assert render(values=values).only("StatefulSet").pod_spec["serviceAccountName"] == used


@pytest.mark.parametrize(("append_only", "line"), [(True, "appendonly yes"), (False, "appendonly no")])
def test_it_writes_an_append_only_file(render: Any, append_only: bool, line: str) -> None:
    values = {"redis": {"appendOnly": append_only, "extraConfig": "maxmemory 1mb"}}
    lines = render(values=values, release="x").get("ConfigMap", "x-redis-config").at("data")["redis.conf"].splitlines()
    assert line in lines
    assert lines[-1] == "maxmemory 1mb"


def test_its_password_is_in_no_argument(render: Any) -> None:
    statefulset = render(values={"redis": {"auth": {"enabled": True}}}).only("StatefulSet")
    redis = statefulset.container("redis").manifest
    assert redis["command"] == ["sh", "/etc/redis/start.sh"]
    assert "args" not in redis


def test_without_a_password_none_is_asked_for(render: Any) -> None:
    release = render(release="x")
    assert not release.find("Secret", "x-redis")
    assert "REDIS_PASSWORD" not in release.only("Deployment").container("http").env


def test_the_port_of_its_service_is_the_one_the_application_uses(render: Any) -> None:
    release = render(values={"redis": {"service": {"port": 6380}}}, release="x")
    assert release.get("ConfigMap", "x-claude-relay-config").at("data")["REDIS_PORT"] == "6380"
    for name in ("x-redis", "x-redis-headless"):
        assert release.get("Service", name).at("spec.ports")[0]["port"] == 6380


@pytest.mark.parametrize("kind", ["existingSecret", "existingConfigMap"])
def test_a_private_authority_is_trusted_by_the_application_and_its_init_container(render: Any, kind: str) -> None:
    external = {"host": "redis", "tls": True, "tlsCA": {kind: "authority", "key": "root.pem"}}
    release = render(values={"redis": {"enabled": False}, "externalRedis": external}, release="x")
    path = release.get("ConfigMap", "x-claude-relay-config").at("data")["NODE_EXTRA_CA_CERTS"]
    deployment = release.only("Deployment")
    (volume,) = [volume for volume in deployment.pod_spec["volumes"] if volume["name"] == "authorities"]
    (source,) = volume["projected"]["sources"]
    expected = {"name": "authority", "items": [{"key": "root.pem", "path": "0.crt"}]}
    assert source == {"secret" if kind == "existingSecret" else "configMap": expected}
    for name in ("http", "wait-for-redis"):
        mounts = {mount["name"]: mount["mountPath"] for mount in deployment.container(name).items("volumeMounts")}
        assert path == f"{mounts['authorities-bundle']}/ca.crt", name


def test_names_and_keys_of_an_authority_that_look_like_numbers_stay_texts(render: Any) -> None:
    external = {"host": "redis", "tls": True, "tlsCA": {"existingSecret": "1e3", "key": "2e3"}}
    deployment = render({"redis": {"enabled": False}, "externalRedis": external}).only("Deployment")
    (volume,) = [volume for volume in deployment.pod_spec["volumes"] if volume["name"] == "authorities"]
    items = [{"key": "2e3", "path": "0.crt"}]
    assert volume["projected"]["sources"] == [{"secret": {"name": "1e3", "items": items}}]


def test_a_company_authority_stands_beside_that_of_redis(render: Any, any_helm: Any) -> None:
    company = {
        "certificateAuthorities": [{"existingConfigMap": "company"}, {"existingSecret": "lab", "key": "lab.pem"}]
    }
    external = {"host": "redis", "tls": True, "tlsCA": {"existingSecret": "authority"}}
    values = {**company, "redis": {"enabled": False}, "externalRedis": external}
    deployment = render(values=values, release="x", helm=any_helm).only("Deployment")
    volumes = {volume["name"]: volume for volume in deployment.pod_spec["volumes"]}
    sources = [next(iter(source.values())) for source in volumes["authorities"]["projected"]["sources"]]
    assert [(source["name"], source["items"][0]["key"]) for source in sources] == [
        ("authority", "ca.crt"),
        ("company", "ca.crt"),
        ("lab", "lab.pem"),
    ]
    names = [container.name for container in deployment.containers]
    assert names.index("authorities") < names.index("wait-for-redis")
    internal = render(values=company, release="x", helm=any_helm).only("Deployment")
    assert "authorities" in [container.name for container in internal.containers]


def test_the_pod_of_redis_takes_additions(render: Any, refused: Any) -> None:
    extra: dict[str, Any] = {
        "initContainers": [{"name": "prepare", "image": "helper:1"}],
        "extraVolumes": [{"name": "scratch", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
        "priorityClassName": "important",
    }
    pod = render(values={"redis": extra}).only("StatefulSet")
    assert [container.name for container in pod.containers] == ["prepare", "redis"]
    assert pod.pod_spec["volumes"][-1] == extra["extraVolumes"][0]
    assert pod.pod_spec["priorityClassName"] == "important"
    assert pod.container("redis").items("volumeMounts")[-1] == extra["extraVolumeMounts"][0]
    for path, taken in (
        ("initContainers", {"name": "redis"}),
        ("extraVolumes", {"name": "data"}),
        ("extraVolumeMounts", {"name": "scratch", "mountPath": "/data"}),
    ):
        assert f"redis.{path}: the" in refused({"redis": {path: [taken]}})


def test_the_owner_of_redis_data_is_the_user_that_redis_runs_as(render: Any, refused: Any) -> None:
    values = {"redis": {"volumePermissions": {"enabled": True}, "podSecurityContext": {"runAsUser": 1000720000}}}
    pod = render(values=values).only("StatefulSet")
    first = pod.container("volume-permissions").manifest
    assert first["command"] == ["chown", "-R", "1000720000:999", "/data"]
    assert first["securityContext"]["runAsUser"] == 0
    assert first["image"] == pod.container("redis").manifest["image"]
    assert "no PVC" in refused({"redis": {"volumePermissions": {"enabled": True}, "persistence": {"enabled": False}}})
    assert "no runAsUser" in refused({"redis": {**values["redis"], "podSecurityContext": {"runAsUser": 0}}})


@pytest.mark.parametrize(
    ("external", "reference"),
    [
        ({"password": "p"}, {"name": "x-claude-relay-secret", "key": "redis-password"}),
        ({"existingSecret": "mine", "existingSecretPasswordKey": "k"}, {"name": "mine", "key": "k"}),
    ],
)
def test_the_password_of_an_external_redis_is_a_reference(render: Any, external: Any, reference: Any) -> None:
    release = render(values={"redis": {"enabled": False}, "externalRedis": {"host": "redis", **external}}, release="x")
    for name in ("http", "wait-for-redis"):
        env = release.only("Deployment").container(name).env
        assert env["REDIS_PASSWORD"]["valueFrom"]["secretKeyRef"] == reference


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, str(256 * 2**20 * 6 // 10)),
        ({"resources": {"limits": {"memory": "1Gi"}}}, str(2**30 * 6 // 10)),
        ({"resources": {"limits": {"memory": 1000000000}}}, "600000000"),
        ({"resources": {"limits": {"memory": None}}}, None),
        ({"resources": {"limits": {"memory": "1G"}}}, "600000000"),
        ({"resources": {"limits": {"memory": "1.5Gi"}}}, str(3 * 2**29 * 6 // 10)),
        ({"resources": {"limits": {"memory": "1.25Gi"}}}, str(5 * 2**28 * 6 // 10)),
        ({"resources": {"limits": {"memory": "1.125Gi"}}}, str(9 * 2**27 * 6 // 10)),
        ({"resources": {"limits": {"memory": "1000000k"}}}, "600000000"),
        ({"resources": {"limits": {"memory": "2T"}}}, "1200000000000"),
        ({"resources": {"limits": {"memory": "1P"}}}, "600000000000000"),
        ({"resources": {"limits": {"memory": "1E"}}}, "600000000000000000"),
        ({"maxMemory": "100Mi"}, str(100 * 2**20)),
        ({"maxMemory": "2Gi", "resources": {"limits": {"memory": None}}}, str(2 * 2**30)),
        ({"maxMemory": "0"}, None),
    ],
)
def test_redis_is_full_before_its_container_is(render: Any, values: Any, expected: str | None) -> None:
    config = render(values={"redis": values}, release="x").get("ConfigMap", "x-redis-config").at("data")["redis.conf"]
    lines = dict(line.split(" ", 1) for line in config.splitlines() if line.startswith("maxmemory"))
    assert lines == ({} if expected is None else {"maxmemory": expected, "maxmemory-policy": "noeviction"})


@pytest.mark.parametrize(("most", "limit"), [("250Mi", "256Mi"), ("91Mi", "100Mi"), ("1.105Gi", "1.2Gi")])
def test_a_memory_that_does_not_fit_the_limit_is_refused(refused: Any, most: str, limit: str) -> None:
    values = {"redis": {"maxMemory": most, "resources": {"limits": {"memory": limit}}}}
    assert f"redis.maxMemory ({most}) is more than 90 %" in refused(values)


@pytest.mark.parametrize(("given", "used"), [("x" * 29 + "-yz", "x" * 29), ("x" * 31, "x" * 30)])
def test_a_long_name_of_redis_is_truncated(render: Any, given: str, used: str) -> None:
    release = render({"redis": {"nameOverride": given}}, release="r")
    assert release.get("StatefulSet", f"r-{used}").labels["app.kubernetes.io/name"] == used


def test_the_size_of_a_claim_may_be_a_number_of_bytes(render: Any) -> None:
    size = "1073741824"
    values = {
        "redis": {"persistence": {"size": size}},
        "storage": {"data": {"external": {"enabled": True, "size": size}}},
    }
    release = render(values)
    (template,) = release.only("StatefulSet").at("spec.volumeClaimTemplates")
    claims = [template["spec"], release.only("PersistentVolumeClaim").at("spec")]
    assert [claim["resources"]["requests"]["storage"] for claim in claims] == [size, size]
