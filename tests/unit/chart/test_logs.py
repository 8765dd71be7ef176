"""Logs: Fluent Bit follows the application's files and sends them on; credentials stay out of its configuration."""

import base64
import re
from typing import Any

import pytest


def output(kind: str, **config: Any) -> dict[str, Any]:
    return {"storage": {"logs": {"fluentbit": {"output": {"type": kind, "config": config}}}}}


def configuration(release: Any, file: str = "fluent-bit.conf") -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of a configuration, each with its keys in lower case and their values."""
    text = release.get("ConfigMap", "x-claude-relay-fluent-bit-config").at("data")[file]
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            sections.append((stripped.strip("[]"), []))
        elif stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition(" ")
            sections[-1][1].append((key.lower(), value.strip()))
    return sections


def section(release: Any, name: str, file: str = "fluent-bit.conf") -> dict[str, str]:
    return next(dict(entries) for found, entries in configuration(release, file) if found == name)


def test_the_tail_follows_rotation_and_leaves_out_what_must_not_be_shipped(render: Any) -> None:
    tail = section(render(release="x"), "INPUT")
    assert tail["path"].split(",") == [
        path
        for name in ("claude-relay-[0-9]*", "exceptions*", "rejections*")
        for path in (f"/app/logs/{name}.log", f"/app/logs/{name}.log.*")
    ]
    assert tail["exclude_path"] == "*.gz"
    assert tail["db"].startswith("/fluent-bit/state/")
    assert tail["read_from_head"] == "On"
    assert tail["storage.type"] == "filesystem"


@pytest.mark.parametrize(
    ("hours", "offset"), [(8, "+0800"), (3, "+0300"), (-5, "-0500"), (14, "+1400"), (-12, "-1200")]
)
def test_times_are_read_in_the_applications_time_zone(render: Any, hours: int, offset: str) -> None:
    parser = section(render(values={"config": {"timezoneOffset": hours}}, release="x"), "PARSER", "parsers.conf")
    assert parser["time_offset"] == offset
    assert (parser["format"], parser["time_key"], parser["time_format"]) == ("json", "ts", "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"config": {"timezoneOffset": 0}},
            "config.timezoneOffset is 0, but the application uses its default 8 instead of 0",
        ),
        ({"extraEnv": [{"name": "TIMEZONE_OFFSET", "value": "0"}]}, "extraEnv sets TIMEZONE_OFFSET"),
    ],
)
def test_an_offset_that_the_application_does_not_have_is_refused(refused: Any, values: Any, message: str) -> None:
    assert message in refused(values)


def test_no_source_of_the_user_replaces_the_offset(render: Any) -> None:
    values = {"extraEnvFrom": [{"configMapRef": {"name": "theirs"}}], "config": {"timezoneOffset": -5}}
    http = render(values=values).only("Deployment").container("http")
    assert http.env["TIMEZONE_OFFSET"]["value"] == "-5"


@pytest.mark.parametrize(("seconds", "written"), [(0.2, "0.200000000"), (1, "1.000000000"), (1.5, "1.500000000")])
def test_seconds_are_written_as_fluent_bit_reads_them(render: Any, seconds: float, written: str) -> None:
    """It takes "0.2" for 2 nanoseconds."""
    values = {"storage": {"logs": {"fluentbit": {"refreshIntervalSeconds": seconds}}}}
    inputs = [dict(entries) for name, entries in configuration(render(values=values, release="x")) if name == "INPUT"]
    assert [entries["refresh_interval"] for entries in inputs] == [written, written]


def test_fluent_bit_listens_on_the_pods_address_of_either_family(render: Any) -> None:
    release = render(release="x")
    assert section(release, "SERVICE")["http_listen"] == "${POD_IP}"
    address = release.only("Deployment").container("fluent-bit").env["POD_IP"]
    assert address["valueFrom"]["fieldRef"]["fieldPath"] == "status.podIP"


def test_an_output_that_is_away_is_alerted(render: Any) -> None:
    release = render(values={"serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}, release="x")
    alerts = {rule["alert"]: rule["expr"] for rule in release.only("PrometheusRule").spec["groups"][0]["rules"]}
    assert "fluentbit_output_retries_total" in alerts["ClaudeRelayLogsNotDelivered"]
    assert "fluentbit_output_dropped_records_total" in alerts["ClaudeRelayLogsLost"]
    endpoints = release.only("ServiceMonitor").spec["endpoints"]
    assert [(one["port"], one["path"]) for one in endpoints] == [
        ("metrics", "/probe"),
        ("fluent-bit", "/api/v2/metrics/prometheus"),
    ]


def test_pod_namespace_and_node_come_from_the_downward_api(render: Any) -> None:
    release = render(release="x")
    records = [
        value
        for name, entries in configuration(release)
        if name == "FILTER"
        for key, value in entries
        if key == "record"
    ]
    assert records == ["pod ${POD_NAME}", "namespace ${POD_NAMESPACE}", "node ${NODE_NAME}"]
    env = release.only("Deployment").container("fluent-bit").env
    paths = {
        name: env[name]["valueFrom"]["fieldRef"]["fieldPath"] for name in ("POD_NAME", "POD_NAMESPACE", "NODE_NAME")
    }
    assert paths == {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace", "NODE_NAME": "spec.nodeName"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"name": "stdout", "format": "json_lines"}),
        (output("forward", Host="f", Port=24224), {"name": "forward", "host": "f", "port": "24224"}),
        ({"storage": {"logs": {"mode": "forward"}}}, {"name": "forward"}),
        (
            output("elasticsearch", Host="e", tls=True),
            {"name": "es", "host": "e", "tls": "On", "suppress_type_name": "On"},
        ),
        (output("es", Suppress_Type_Name="Off"), {"name": "es", "suppress_type_name": "Off"}),
        (
            output("loki", Labels="a=b,c=d", line_format="json"),
            {"name": "loki", "labels": "a=b,c=d", "line_format": "json"},
        ),
        (output("http", URI="/x", Match="none"), {"name": "http", "uri": "/x", "match": "none", "format": "json"}),
        (
            output("kafka", Brokers="k:9092", **{"rdkafka.message.max.bytes": 2592000000}),
            {"name": "kafka", "brokers": "k:9092", "rdkafka.message.max.bytes": "2592000000"},
        ),
        (
            output("http", tls=False, **{"net.connect_timeout": 0.5}),
            {"name": "http", "tls": "Off", "net.connect_timeout": "0.5", "format": "json"},
        ),
        (output("http", Header=[]), {"name": "http", "format": "json"}),
        (output("s3", bucket="b", region="r"), {"name": "s3", "bucket": "b", "store_dir": "/fluent-bit/state/s3"}),
    ],
    ids=str,
)
def test_an_output_has_exactly_its_plugins_keys(render: Any, values: Any, expected: dict[str, str]) -> None:
    found = section(render(values=values, release="x"), "OUTPUT")
    assert {key: found.get(key) for key in expected} == expected
    allowed = set(expected) | {"match", "retry_limit", "storage.total_limit_size", "region"}
    assert set(found) <= allowed
    assert found["storage.total_limit_size"] == "256M"


def test_lines_wait_on_disk_while_the_output_is_away(render: Any) -> None:
    """By Fluent Bit's own default a chunk is tried twice and dropped, whatever room there is."""
    release = render(release="x")
    assert section(release, "OUTPUT")["retry_limit"] == "no_limits"
    assert int(section(release, "SERVICE")["scheduler.cap"]) <= 60
    assert section(render(values=output("stdout", Retry_Limit=3), release="x"), "OUTPUT")["retry_limit"] == "3"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("elasticsearch", "HTTP_Passwd"),
        ("elasticsearch", "http_api_key"),
        ("elasticsearch", "Cloud_Auth"),
        ("loki", "bearer_token"),
        ("http", "oauth2.client_secret"),
        ("forward", "Shared_Key"),
        ("forward", "Password"),
        ("kafka", "rdkafka.sasl.password"),
        ("kafka", "rdkafka.ssl.key.password"),
        ("kafka", "schema.registry.basic_auth.password"),
        ("s3", "authorization_endpoint_bearer_token"),
        ("stdout", "tls.key_passwd"),
        ("http", "oauth2.private_key"),
        ("kafka", "rdkafka.ssl.key.pem"),
        ("kafka", "schema.registry.basic.auth.user.info"),
        ("s3", "external_id"),
    ],
)
def test_a_credential_goes_to_the_secret_and_comes_back_by_the_environment(render: Any, kind: str, key: str) -> None:
    required = {"kafka": {"brokers": "k"}, "s3": {"bucket": "b"}}.get(kind, {})
    release = render(values=output(kind, **{key: 'p "$#'}, **required), release="x")
    variable = section(release, "OUTPUT")[key.lower()].removeprefix("${").removesuffix("}")
    secret = release.get("Secret", "x-claude-relay-fluent-bit").at("data")
    assert base64.b64decode(secret[variable]).decode() == 'p "$#'
    reference = release.only("Deployment").container("fluent-bit").env[variable]["valueFrom"]["secretKeyRef"]
    assert reference == {"name": "x-claude-relay-fluent-bit", "key": variable}


def test_the_credentials_of_an_output_have_a_fixed_order(render: Any) -> None:
    of_kafka = ["rdkafka.sasl.password", "rdkafka.ssl.key.password", "rdkafka.ssl.key.pem"]
    keys = [*of_kafka, "schema.registry.basic_auth.password", "schema.registry.basic.auth.user.info"]
    release = render(values=output("kafka", brokers="k", **dict.fromkeys(keys, "p")))
    entries = release.only("Deployment").container("fluent-bit").items("env")
    names = [one["name"] for one in entries if "secretKeyRef" in one.get("valueFrom", {})]
    assert len(names) == len(keys)
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("key", "value", "moved"),
    [
        ("uri", "/ingest?token=abc", True),
        ("uri", "/ingest?tenant=a&token=abc", True),
        ("uri", "/ingest?tenant=a", False),
        ("uri", "/loki/api/v1/push", False),
        ("proxy", "http://user:word@proxy:3128", True),
        ("proxy", "http://proxy:3128", False),
    ],
)
def test_a_value_that_holds_a_credential_by_its_form_is_moved_too(
    render: Any, key: str, value: str, moved: bool
) -> None:
    found = section(render(values=output("http", **{key: value}), release="x"), "OUTPUT")[key]
    assert found == (f"${{FLB_OUTPUT_{key.upper()}}}" if moved else value)


def test_a_credential_can_come_from_a_secret_of_the_users(render: Any) -> None:
    values = output("loki", Host="l")
    values["storage"]["logs"]["fluentbit"]["output"] |= {
        "existingSecret": "mine",
        "existingSecretKeys": {"Bearer_Token": "t"},
    }
    release = render(values=values, release="x")
    variable = section(release, "OUTPUT")["bearer_token"].strip("${}")
    env = release.only("Deployment").container("fluent-bit").env
    assert env[variable]["valueFrom"]["secretKeyRef"] == {"name": "mine", "key": "t"}
    assert not release.find("Secret", "x-claude-relay-fluent-bit")


def test_the_keys_of_a_secret_of_the_users_are_texts_in_a_fixed_order(render: Any) -> None:
    keys = {f"Key_{letter}": f"{number}e3" for number, letter in enumerate("GCAEBFDH", 1)}
    values = output("loki", Host="l")
    values["storage"]["logs"]["fluentbit"]["output"] |= {
        "existingSecret": "1e3",
        "existingSecretKeys": keys,
        "checkKeys": False,
    }
    release = render(values=values, release="x")
    names = [key for key in section(release, "OUTPUT") if key.startswith("key_")]
    assert names == [key.lower() for key in sorted(keys)]
    env = release.only("Deployment").container("fluent-bit").items("env")
    found = [
        (one["name"], one["valueFrom"]["secretKeyRef"]) for one in env if "secretKeyRef" in one.get("valueFrom", {})
    ]
    assert found == [(f"FLB_OUTPUT_{key.upper()}", {"name": "1e3", "key": text}) for key, text in sorted(keys.items())]


def test_the_variable_of_a_credential_has_the_letters_and_the_digits_of_its_key(render: Any) -> None:
    key, variable = "oauth2.client_secret", "FLB_OUTPUT_OAUTH2_CLIENT_SECRET"
    values = output("http", **{key: "p"})
    assert section(render(values=values, release="x"), "OUTPUT")[key] == f"${{{variable}}}"
    theirs = {"type": "http", "existingSecret": "mine", "existingSecretKeys": {key: "t"}}
    values["storage"]["logs"]["fluentbit"]["output"] = theirs
    assert section(render(values=values, release="x"), "OUTPUT")[key] == f"${{{variable}}}"


def test_several_headers_are_several_lines_and_none_is_in_the_open(render: Any) -> None:
    release = render(values=output("http", Header=["X-Tenant relay", "Authorization Bearer t"]), release="x")
    entries = next(entries for name, entries in configuration(release) if name == "OUTPUT")
    headers = [value for key, value in entries if key == "header"]
    assert headers == ["${FLB_OUTPUT_HEADER_0}", "${FLB_OUTPUT_HEADER_1}"]


def test_a_key_the_plugin_does_not_know_is_refused_unless_told_otherwise(render: Any, refused: Any) -> None:
    values = output("loki", BatchWait="1s")
    message = refused(values)
    assert "storage.logs.fluentbit.output.config.BatchWait" in message
    assert "line_format" in message
    values["storage"]["logs"]["fluentbit"]["output"]["checkKeys"] = False
    assert section(render(values=values, release="x"), "OUTPUT")["batchwait"] == "1s"


def test_unknown_keys_are_told_in_a_fixed_order(refused: Any) -> None:
    keys = [f"Key_{letter}" for letter in "GCAEBFDH"]
    values = output("loki", Host="l")
    values["storage"]["logs"]["fluentbit"]["output"] |= {
        "existingSecret": "mine",
        "existingSecretKeys": dict.fromkeys(keys, "a"),
    }
    assert re.findall(r"config\.(Key_\w)", refused(values)) == sorted(keys)


def test_a_value_the_plugin_does_not_take_is_refused_unless_told_otherwise(render: Any, refused: Any) -> None:
    values = output("loki", Line_Format="logfmt")
    assert "Line_Format: Fluent Bit does not start with" in refused(values)
    # Fluent Bit takes the value of a variable, which the chart does not know.
    assert section(render(output("loki", Line_Format="${FORMAT}"), release="x"), "OUTPUT")["line_format"] == "${FORMAT}"
    values["storage"]["logs"]["fluentbit"]["output"]["checkKeys"] = False
    assert section(render(values=values, release="x"), "OUTPUT")["line_format"] == "logfmt"


@pytest.mark.parametrize(("kube", "role"), [("1.28", "container"), ("1.29", "sidecar"), ("1.37", "sidecar")])
def test_the_sidecar_outlives_the_application_where_the_cluster_can(render: Any, kube: str, role: str) -> None:
    assert render(kube=kube).only("Deployment").container("fluent-bit").role == role


def test_fluent_bit_keeps_its_place_and_cannot_write_the_logs(render: Any) -> None:
    deployment = render().only("Deployment")
    mounts = {mount["name"]: mount for mount in deployment.container("fluent-bit").items("volumeMounts")}
    assert mounts["logs"]["readOnly"] is True
    assert not mounts["fluent-bit-state"].get("readOnly")
    assert {volume["name"] for volume in deployment.pod_spec["volumes"] if "emptyDir" in volume} >= {
        "logs",
        "fluent-bit-state",
    }


def test_more_can_be_mounted_into_the_sidecar_than_the_chart_needs(render: Any) -> None:
    mount = {"name": "authority", "mountPath": "/authority", "readOnly": True}
    values = {
        "extraVolumes": [{"name": "authority", "configMap": {"name": "elastic-authority"}}],
        "storage": {"logs": {"fluentbit": {"extraVolumeMounts": [mount]}}},
    }
    deployment = render(values).only("Deployment")
    assert deployment.container("fluent-bit").items("volumeMounts")[-1] == mount
    assert mount not in deployment.container("http").items("volumeMounts")


def test_its_http_server_is_for_the_kubelet_and_for_prometheus(render: Any) -> None:
    def admitted(**values: Any) -> list[str]:
        policy = render(values=values, release="x").get("NetworkPolicy", "x-claude-relay")
        return [port["port"] for rule in policy.at("spec.ingress") for port in rule["ports"]]

    fluent_bit = render(release="x").only("Deployment").container("fluent-bit")
    assert fluent_bit.ports == {"fluent-bit": 2020}
    assert fluent_bit.manifest["livenessProbe"]["httpGet"] == {"path": "/", "port": "fluent-bit"}
    # One that hangs still lets the application serve.
    assert fluent_bit.manifest["readinessProbe"]["tcpSocket"] == {"port": "fluent-bit"}
    assert admitted() == ["http"]
    assert admitted(serviceMonitor={"enabled": True}) == ["http", "metrics", 2020]


def test_the_image_is_not_one_with_the_memory_corruption(render: Any) -> None:
    image = render().only("Deployment").container("fluent-bit").manifest["image"]
    version = tuple(int(part) for part in image.rpartition(":")[2].split("."))
    assert version >= (4, 2, 2)  # CVE-2024-4323 is in 2.0.7 to 3.0.3
