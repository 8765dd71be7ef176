"""The application's environment: every setting under the name the application reads, numbers as digits."""

from typing import Any

import pytest

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
