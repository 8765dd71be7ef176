"""The application's environment: every setting under the name the application reads, numbers as digits."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from schema.application.generate import variables
from schema.generate import leaves, read_sections

VARIABLES = {
    "config.nodeEnv": ("NODE_ENV", "test"),
    "config.port": ("PORT", "4000"),
    "config.adminSessionTimeout": ("ADMIN_SESSION_TIMEOUT", "2592000000"),
    "config.apiKeyPrefix": ("API_KEY_PREFIX", "ab_"),
    "config.logLevel": ("LOG_LEVEL", "debug"),
    "config.logMaxSize": ("LOG_MAX_SIZE", "20m"),
    "config.logMaxFiles": ("LOG_MAX_FILES", "7"),
    "config.cleanupInterval": ("CLEANUP_INTERVAL", "2592000000"),
    "config.rateLimitCleanupInterval": ("RATE_LIMIT_CLEANUP_INTERVAL", "1000000"),
    "config.tokenUsageRetention": ("TOKEN_USAGE_RETENTION", "31536000000"),
    "config.healthCheckInterval": ("HEALTH_CHECK_INTERVAL", "2592000000"),
    "config.timezoneOffset": ("TIMEZONE_OFFSET", "-5"),
    "config.defaultTokenLimit": ("DEFAULT_TOKEN_LIMIT", "2592000000"),
    "config.requestTimeout": ("REQUEST_TIMEOUT", "2147483647"),
    "externalRedis.host": ("REDIS_HOST", "redis.example.com"),
    "externalRedis.port": ("REDIS_PORT", "1000"),
    "externalRedis.database": ("REDIS_DB", "1000000"),
    "externalRedis.tls": ("REDIS_ENABLE_TLS", "true"),
}


def environment(release: Any) -> dict[str, str]:
    return dict(release.get("ConfigMap", "x-claude-relay-config").at("data"))


def test_the_defaults_are_the_documents(render: Any) -> None:
    assert environment(render(release="x")) == {
        "NODE_ENV": "production",
        "PORT": "3000",
        "HOST": "0.0.0.0",
        "ADMIN_SESSION_TIMEOUT": "86400000",
        "API_KEY_PREFIX": "cr_",
        "LOG_LEVEL": "info",
        "LOG_MAX_SIZE": "10m",
        "LOG_MAX_FILES": "5",
        "CLEANUP_INTERVAL": "3600000",
        "RATE_LIMIT_CLEANUP_INTERVAL": "5",
        "TOKEN_USAGE_RETENTION": "2592000000",
        "HEALTH_CHECK_INTERVAL": "60000",
        "TIMEZONE_OFFSET": "8",
        "DEFAULT_TOKEN_LIMIT": "1000000",
        "REQUEST_TIMEOUT": "600000",
        "TRUST_PROXY": "false",
        "CLEAR_CONCURRENCY_QUEUES_ON_STARTUP": "true",
        "REDIS_HOST": "x-redis",
        "REDIS_PORT": "6379",
        "REDIS_DB": "0",
        "REDIS_ENABLE_TLS": "false",
    }


def test_every_setting_arrives_from_arguments_and_from_a_file_alike(render: Any, nested: Any, any_helm: Any) -> None:
    """Helm reads a number of a file as a float64 and one of `--set` as an int64."""
    sets = ["--set", "redis.enabled=false"]
    for path, (_, value) in VARIABLES.items():
        sets += ["--set", f"{path}={value}"]
    plain: dict[str, Any] = {"redis.enabled": False}
    for path, (_, value) in VARIABLES.items():
        plain[path] = {"true": True}.get(value, int(value) if value.lstrip("-").isdigit() else value)
    expected = dict(VARIABLES.values())
    for release in (
        render(sets=sets, release="x", helm=any_helm),
        render(values=nested(plain), release="x", helm=any_helm),
    ):
        found = environment(release)
        assert {name: found[name] for name in expected} == expected


def test_a_variable_of_the_users_takes_the_place_of_the_charts(render: Any) -> None:
    release = render(values={"extraEnv": [{"name": "ADMIN_USERNAME", "value": "root"}, {"name": "PORT", "value": "1"}]})
    entries = release.only("Deployment").container("http").items("env")
    assert [entry for entry in entries if entry["name"] == "ADMIN_USERNAME"] == [
        {"name": "ADMIN_USERNAME", "value": "root"}
    ]
    assert len({entry["name"] for entry in entries}) == len(entries)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "false"),
        ({"ingress": {"enabled": True}}, "true"),
        ({"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}}, "true"),
        ({"ingress": {"enabled": True}, "config": {"trustProxy": False}}, "false"),
        ({"config": {"trustProxy": True}}, "true"),
    ],
)
def test_clients_are_seen_behind_a_proxy(render: Any, values: dict[str, Any], expected: str) -> None:
    assert environment(render(values=values, release="x"))["TRUST_PROXY"] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, "true"), ({"replicaCount": 2}, "false"), ({"autoscaling": {"enabled": True}}, "false")],
)
def test_one_pod_does_not_clear_the_counters_of_another(render: Any, values: dict[str, Any], expected: str) -> None:
    assert environment(render(values=values, release="x"))["CLEAR_CONCURRENCY_QUEUES_ON_STARTUP"] == expected


HOSTILE = [
    '"',
    "'",
    "{{ .Values }}",
    "no",
    "1e3",
    "0x1f",
    "~",
    "null",
    "a: b",
    "- a",
    "#a",
    " a ",
    "日本",
    "${HOME}",
    "x" * 10000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_strings_arrive_as_they_are(render: Any, text: str) -> None:
    values = {
        "config": {"apiKeyPrefix": text},
        "extraEnv": [{"name": "WEB_TITLE", "value": text}],
        "podAnnotations": {"note": text},
    }
    release = render(values=values, release="x")
    assert environment(release)["API_KEY_PREFIX"] == text
    deployment = release.only("Deployment")
    assert deployment.container("http").env["WEB_TITLE"]["value"] == text
    assert deployment.at("spec.template.metadata.annotations.note") == text


def resolved(release: Any, container: str = "http") -> dict[str, Any]:
    """The variables of a container, as Kubernetes resolves them; those from outside the release are references."""
    deployment = release.only("Deployment")
    found: dict[str, Any] = {}
    for source in deployment.container(container).items("envFrom"):
        kind, name = ("Secret", source["secretRef"]) if "secretRef" in source else ("ConfigMap", source["configMapRef"])
        data = release.get(kind, name["name"]).at("data") if release.find(kind, name["name"]) else {}
        found |= {key: decoded(text) if kind == "Secret" else text for key, text in data.items()}
    for name, entry in deployment.container(container).env.items():
        found[name] = entry.get("value", entry.get("valueFrom"))
    return found


def decoded(text: str) -> str:
    return base64.b64decode(text).decode()


ENV = {
    "HTTPS_PROXY": ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
    "ENABLE_CORS": (True, "true"),
    "BEDROCK_MAX_OUTPUT_TOKENS": (1280000, "1280000"),
    "STICKY_SESSION_TTL_HOURS": (0.5, "0.5"),
    "USER_MESSAGE_QUEUE_DELAY_MS": (9007199254740991, "9007199254740991"),
    "LDAP_SEARCH_FILTER": ("(uid={{username}})", "(uid={{username}})"),
    "LDAP_URL": ("ldaps://{{ .Release.Name }}", "ldaps://x"),
    "TZ": ("", ""),
}


@pytest.mark.parametrize(
    "secrets", [{}, {"global": {"secretsJob": True}}, {"config": {"existingSecret": "keys"}}], ids=str
)
def test_any_variable_that_the_application_reads_can_be_set(
    render: Any, merged: Any, any_helm: Any, secrets: dict[str, Any]
) -> None:
    secret = {"LDAP_BIND_PASSWORD": 'a "hostile" $password', "HTTP_PROXY": "http://user:pass@proxy"}
    given = {"config": {"env": {name: value for name, (value, _) in ENV.items()}, "secretEnv": secret}}
    release = render(values=merged(given, secrets), release="x", helm=any_helm)
    found = resolved(release)
    assert {name: found[name] for name in ENV} == {name: text for name, (_, text) in ENV.items()}
    assert {name: found[name] for name in secret} == secret
    plain = "".join(str(obj.manifest) for obj in release if obj.kind != "Secret")
    assert "hostile" not in plain
    assert "user:pass" not in plain
    assert "LDAP_BIND_PASSWORD" not in resolved(release, "wait-for-redis"), "who does not need it does not get it"


def test_a_text_whose_base64_form_looks_like_a_number_stays_a_text(render: Any) -> None:
    # Its base64 form is 0400.
    secret = {"LDAP_BIND_PASSWORD": "\u04cd4"}
    found = resolved(render(values={"config": {"secretEnv": secret}}, release="x"))
    assert found["LDAP_BIND_PASSWORD"] == "\u04cd4"


def test_pods_are_replaced_when_a_variable_changes(render: Any) -> None:
    def template(**config: Any) -> Any:
        secrets = {"jwtSecret": "j", "encryptionKey": "e", "adminPassword": "p"}
        return render(values={"config": {**secrets, **config}}).only("Deployment").pod_template

    assert template(env={"TZ": "UTC"}) != template(env={"TZ": "CET"})
    assert template(secretEnv={"TZ": "UTC"}) != template(secretEnv={"TZ": "CET"})


@pytest.mark.parametrize("key", ["env", "secretEnv"])
def test_a_name_that_the_application_does_not_read_is_refused_unless_a_value_allows_it(
    render: Any, refused: Any, any_helm: Any, key: str
) -> None:
    config = {key: {"HTTPS_PROXI": "http://proxy"}}
    refusal = refused({"config": config}, helm=any_helm)
    assert f"config.{key}.HTTPS_PROXI: the application does not read this variable" in refusal
    assert "config.checkEnvNames" in refusal
    assert resolved(render(values={"config": {**config, "checkEnvNames": False}}, helm=any_helm))["HTTPS_PROXI"]


def test_a_variable_that_the_chart_sets_is_refused_with_the_value_to_use(refused: Any) -> None:
    own = {name: entry["set-by"] for name, entry in variables().items() if "set-by" in entry}
    refusal = refused({"config": {"checkEnvNames": False, "env": dict.fromkeys(own, "x")}})
    for name, path in own.items():
        assert f"config.env.{name}: the chart sets this variable: set {path} instead" in refusal


def test_a_password_does_not_get_into_the_config_map(render: Any, refused: Any) -> None:
    secret = [name for name, entry in variables().items() if entry.get("secret")]
    refusal = refused({"config": {"env": {**dict.fromkeys(secret, "x"), "HTTP_PROXY": "http://user:pass@proxy"}}})
    for name in [*secret, "HTTP_PROXY"]:
        assert f"config.env.{name} contains a password" in refusal
    assert "user:pass" not in refusal
    for address in ("a:b,c@d", "http://proxy/a:b@c", "http://proxy:3128/a@b"):
        assert render(values={"config": {"env": {"NO_PROXY": address}}}), address


def test_a_variable_is_set_in_one_place(refused: Any) -> None:
    assert "both set TZ" in refused({"config": {"env": {"TZ": "UTC"}, "secretEnv": {"TZ": "UTC"}}})
    assert "extraEnv both set TZ" in refused({"config": {"env": {"TZ": "UTC"}}, "extraEnv": [{"name": "TZ"}]})


def test_the_table_says_which_variables_the_chart_sets(render: Any) -> None:
    external = {"host": "redis", "tls": True, "password": "p", "tlsCA": {"existingSecret": "ca"}}
    values = {"adminSetup": {"enabled": False}, "redis": {"enabled": False}, "externalRedis": external}
    own = {name for name, entry in variables().items() if "set-by" in entry}
    assert set(resolved(render(values=values))) == own


def test_every_value_that_the_table_names_exists(chart: Path) -> None:
    values = yaml.safe_load((chart / "values.yaml").read_text())
    for entry in variables().values():
        place = values
        for key in entry.get("set-by", "").split(".") if "set-by" in entry else []:
            place = place[key]


def test_the_description_of_a_value_says_that_the_application_does_not_use_it() -> None:
    properties = {key: node for section in read_sections() for key, node in section.properties.items()}
    described = {path: node["description"] for path, node in leaves(properties)}
    for name, entry in variables().items():
        path = entry.get("set-by", "")
        if path.startswith("config."):
            assert name in described[path], path
            assert ("does not use it" in described[path]) is bool(entry.get("unused")), path
    assert "seconds" in described["config.adminSessionTimeout"]
    assert "600000 ms" in described["config.requestTimeout"]


RECIPES = {
    "Outgoing proxy": {
        "HTTP_PROXY": "http://proxy.example.com:3128",
        "HTTPS_PROXY": "http://proxy.example.com:3128",
        "NO_PROXY": "localhost,127.0.0.1,.svc,.cluster.local,.example.com",
        "NODE_EXTRA_CA_CERTS": "/etc/claude-relay/bundle/ca.crt",
    },
    "Without internet access": {
        "PRICE_MIRROR_JSON_URL": "https://mirror.example.com/model_prices.json",
        "PRICE_MIRROR_HASH_URL": "https://mirror.example.com/model_prices.sha256",
    },
    "LDAP": {
        "LDAP_ENABLED": "true",
        "USER_MANAGEMENT_ENABLED": "true",
        "LDAP_URL": "ldaps://ldap.example.com:636",
        "LDAP_SEARCH_FILTER": "(uid={{username}})",
        "LDAP_BIND_PASSWORD": "an-example-password",
        "LDAP_TLS_CA_FILE": "/etc/ldap/ca.crt",
    },
    "Several replicas": {"CLEAR_CONCURRENCY_QUEUES_ON_STARTUP": "false"},
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_recipe_sets_arrives_in_the_pod(render: Any, cases: Any, any_helm: Any, recipe: str) -> None:
    (case,) = [case for case in cases if case.name == f"README.md: {recipe}"]
    release = render(case=case, helm=any_helm)
    found = resolved(release)
    assert {name: found[name] for name in RECIPES[recipe]} == RECIPES[recipe]
    deployment = release.only("Deployment")
    mounts = {mount["mountPath"]: mount["name"] for mount in deployment.container("http").items("volumeMounts")}
    volumes = {volume["name"]: volume for volume in deployment.pod_spec["volumes"]}
    if recipe == "LDAP":
        assert volumes[mounts["/etc/ldap"]]["secret"] == {"secretName": "ldap-authority"}
    elif recipe == "Without internet access":
        images = {container.manifest["image"] for workload in release.workloads() for container in workload.containers}
        assert all(image.startswith("registry.example.com/") for image in images)
        assert deployment.pod_spec["imagePullSecrets"] == [{"name": "registry-login"}]
    elif recipe == "Several replicas":
        assert deployment.at("spec.replicas") == 3
        assert release.get("PersistentVolumeClaim", f"{case.release}-claude-relay-data").at("spec.accessModes") == [
            "ReadWriteMany"
        ]
