"""NOTES.txt: the next commands to type, for the release as it is."""

from typing import Any

import pytest


def test_the_next_commands_name_the_release_and_its_namespace(notes: Any) -> None:
    text = notes(release="x", namespace="relay")
    for command in (
        "kubectl --namespace relay rollout status deployment/x-claude-relay",
        "kubectl --namespace relay port-forward service/x-claude-relay 8080:80",
        "get secret x-claude-relay-secret --output jsonpath='{.data.admin-password}' | base64 --decode",
        "helm test x --namespace relay",
    ):
        assert command in text
    assert "global.secretsJob=true" in text
    assert "WARNING" not in text


def test_a_secret_of_the_users_is_named_with_its_keys(notes: Any) -> None:
    keys = {"adminUsername": "admin.name", "adminPassword": "admin.password"}
    text = notes({"config": {"existingSecret": "mine", "existingSecretKeys": keys}})
    assert r"get secret mine --output jsonpath='{.data.admin\.name}'" in text
    assert r"get secret mine --output jsonpath='{.data.admin\.password}'" in text
    assert "config.generateSecrets" not in text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ingress": {"enabled": True, "hosts": [{"host": "relay.example.com"}]}}, "http://relay.example.com/"),
        (
            {
                "ingress": {
                    "enabled": True,
                    "hosts": [{"host": "relay.example.com"}],
                    "tls": [{"secretName": "t", "hosts": ["relay.example.com"]}],
                }
            },
            "https://relay.example.com/",
        ),
        ({"ingress": {"enabled": True}}, "http://ADDRESS-OF-THE-INGRESS/"),
        ({"ingress": {"enabled": True, "hosts": [{"paths": [{"path": "/"}]}]}}, "http://ADDRESS-OF-THE-INGRESS/"),
        ({"ingress": {"enabled": True}}, "ingress.strictPaths=true"),
        ({"service": {"type": "LoadBalancer"}}, "status.loadBalancer.ingress"),
        ({"redis": {"networkPolicy": {"enabled": False}}}, "WARNING: Redis has no password"),
        ({"storage": {"logs": {"mode": "forward"}}}, "has no Host"),
    ],
)
def test_what_follows_from_the_values_is_said(notes: Any, values: Any, expected: str) -> None:
    assert expected in notes(values)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("forward", {"Host": "logs.example.com"}),
        ("forward", {"Upstream": "/etc/upstream.conf"}),
        ("forward", {"Unix_Path": "/run/fluentd.sock"}),
        ("elasticsearch", {"Cloud_ID": "relay:ZXhhbXBsZS5jb20k"}),
    ],
)
def test_an_output_that_is_told_where_to_send_is_not_warned_of(notes: Any, kind: str, setting: dict[str, str]) -> None:
    def told(config: dict[str, str]) -> bool:
        output = {"type": kind, "config": config}
        return "sends the logs to 127.0.0.1" in notes({"storage": {"logs": {"fluentbit": {"output": output}}}})

    assert told({})
    assert not told(setting)


def test_an_output_without_fluent_bit_is_not_warned_of(notes: Any) -> None:
    logs = {"mode": "pvc", "fluentbit": {"output": {"type": "http"}}}
    assert "sends the logs to 127.0.0.1" not in notes({"storage": {"logs": logs}})


@pytest.mark.parametrize(
    "values",
    [
        {"redis": {"auth": {"enabled": True}, "networkPolicy": {"enabled": False}}},
        {"redis": {"enabled": False, "networkPolicy": {"enabled": False}}, "externalRedis": {"host": "redis"}},
    ],
    ids=["password", "external"],
)
def test_redis_is_not_warned_of_without_need(notes: Any, values: Any) -> None:
    assert "Redis has no password" not in notes(values)


@pytest.mark.parametrize("part", ["env", "secretEnv"])
def test_a_variable_that_the_application_does_not_use_is_named(notes: Any, part: str) -> None:
    variables = {"DEBUG": "1", "CLAUDE_API_URL": "https://api.example.com", "ALLOW_USER_DELETE_API_KEYS": "true"}
    text = notes({"config": {part: variables}})
    assert "config.env and config.secretEnv, but does not use them: CLAUDE_API_URL, DEBUG.\n" in text


def test_no_secret_is_printed(notes: Any) -> None:
    values = {"config": {"jwtSecret": "SECRET-1", "encryptionKey": "SECRET-2", "adminPassword": "SECRET-3"}}
    assert "SECRET-" not in notes(values)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"storage": {"logs": {"mode": "fluentbit"}}}, "Fluent Bit ships only selected fields of the records"),
        ({"storage": {"logs": {"mode": "pvc"}}}, "/app/logs, which is on the PVC relay-claude-relay-logs."),
        ({"storage": {"logs": {"mode": "emptyDir"}}}, "to its standard output and to\n/app/logs.\nThe files"),
        ({}, "claude-relay-auth-detail-*.log contain complete OAuth tokens"),
        ({}, "set config.logLevel=warn"),
        ({"config": {"logLevel": "warn"}}, "With config.logLevel=warn, they do not contain the prompts"),
    ],
)
def test_what_stays_in_the_logs_is_reported(notes: Any, values: Any, told: str) -> None:
    assert told in notes(values)
