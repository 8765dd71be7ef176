"""The stand-in for Fluent Bit does what the tests rely on: what the real one does with the chart's configuration."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate.releases.release import Release
from tests.e2e.certificates import make_certificates
from tests.e2e.fluent_bit_process import POD, FluentBitProcess, receiving
from tests.e2e.images.receiver.inbox import Inbox
from tests.e2e.processes import eventually, free_port

Rendered = Callable[..., Release]
DAY = "claude-relay-2026-11-24.log"


def line(message: str, ts: str = "2026-11-24 16:00:00") -> str:
    return json.dumps({"ts": ts, "lvl": "info", "msg": message})


def sending_to(port: int, kind: str = "http", **config: Any) -> dict[str, Any]:
    config = {"Host": "127.0.0.1", "Port": port, **config}
    return {"storage": {"logs": {"fluentbit": {"output": {"type": kind, "config": config}}}}}


def records(inbox: Inbox) -> list[dict[str, Any]]:
    return [record for delivery in json.loads(inbox.text()) for record in json.loads(delivery["body"])]


def messages(inbox: Inbox) -> list[str]:
    return [str(record["msg"] if "msg" in record else record["log"]) for record in records(inbox)]


@pytest.fixture
def rendered(render: Rendered) -> Rendered:
    return lambda values: render(values, release="relay")


def test_a_line_arrives_with_its_time_its_file_and_its_pod(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port, URI="/logs", Header=["X-Tenant a b"])))
        with sidecar.running():
            sidecar.write(DAY, line("hello"))
            eventually(lambda: bool(records(inbox)), inbox.text)
        delivery = json.loads(inbox.text())[0]
    assert (delivery["path"], delivery["headers"]["x-tenant"]) == ("/logs", "a b")
    assert records(inbox) == [
        {
            "date": 1795507200.0,  # 16:00 in a zone eight hours ahead
            "file": str(sidecar.logs / DAY),
            "ts": "2026-11-24T08:00:00Z",
            "lvl": "info",
            "msg": "hello",
            "pod": "relay-0",
            "namespace": "relay",
            "node": "node-1",
        }
    ]


RECORDED = Path(__file__).parent / "recorded"


def without_lua(sidecar: FluentBitProcess) -> None:
    """Take the filter that masks out of the configuration, so that whole records come out."""
    text = sidecar.configuration.read_text(encoding="utf-8")
    sections = text.split("\n\n")
    kept = [section for section in sections if not re.search(r"^ +Name +lua$", section, re.MULTILINE)]
    assert len(kept) == len(sections) - 1
    sidecar.configuration.write_text("\n\n".join(kept), encoding="utf-8")


def test_records_are_those_of_the_real_program(tmp_path: Path, rendered: Rendered) -> None:
    sidecar = FluentBitProcess(tmp_path, rendered({}))
    without_lua(sidecar)
    for path in (RECORDED / "logs").iterdir():
        shutil.copy(path, sidecar.logs)
    with sidecar.running():
        pass
    made = [json.loads(text) for text in sidecar.output.read_text().splitlines() if text.startswith("{")]
    comparable = [
        {key: value for key, value in record.items() if key not in ("pod", "namespace", "node")}
        | {"file": Path(record["file"]).name}
        for record in made
    ]
    real = [json.loads(text) for text in (RECORDED / "fluent-bit" / "records.jsonl").read_text("utf-8").splitlines()]
    assert len(real) > 20
    assert not [record for record in real if record not in comparable]
    refreshes = [record for record in comparable if record["file"] == "token-refresh.log"]
    assert refreshes == [record for record in real if record["file"] == "token-refresh.log"]


def rotate(logs: Path, number: int) -> None:
    """The application's way: it goes on in a new file, and soon compresses and deletes the one before."""
    full = logs / (f"{DAY}.{number}" if number else DAY)
    full.with_name(f"{full.name}.gz").write_text("compressed")
    full.unlink()


def test_rotation_into_new_files_loses_and_repeats_nothing(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        sidecar.write(DAY, line("before the start"))
        with sidecar.running():
            for number in range(12):
                name = f"{DAY}.{number}" if number else DAY
                sidecar.write(name, line(f"{number} a"), line(f"{number} b"))
                eventually(lambda: f"{number} b" in messages(inbox), inbox.text)  # noqa: B023 (called at once)
                rotate(sidecar.logs, number)
    expected = ["before the start", *(f"{number} {letter}" for number in range(12) for letter in "ab")]
    assert sorted(messages(inbox)) == sorted(expected)


def test_rotation_at_a_steady_rate_loses_nothing(tmp_path: Path, rendered: Rendered) -> None:
    """Each file lives for 0.6 s; at `logMaxSize` 100k and 12 requests a second the application's live for 2 s."""
    names = [f"{DAY}.{number}" if number else DAY for number in range(8)]
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        with sidecar.running():
            for number, name in enumerate(names):
                for request in range(12):
                    sidecar.write(name, line(f"{number} {request}"))
                    time.sleep(0.05)
                rotate(sidecar.logs, number)
    expected = {f"{number} {request}" for number in range(len(names)) for request in range(12)}
    assert sorted(messages(inbox)) == sorted(expected)


def test_a_file_that_is_compressed_and_deleted_is_still_read_to_its_end(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        with sidecar.running():
            sidecar.write(DAY, line("first"))
            eventually(lambda: messages(inbox) == ["first"], inbox.text)
            sidecar.write(DAY, *(line(f"{number} {'x' * 1000}") for number in range(3000)))
            sidecar.write(f"{DAY}.gz", "compressed")
            (sidecar.logs / DAY).unlink()
            eventually(lambda: len(messages(inbox)) == 3001, lambda: len(messages(inbox)))


def test_what_must_not_be_shipped_is_not(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        with sidecar.running():
            sidecar.write("claude-relay-auth-detail-2026-11-24.log", "a secret answer")
            sidecar.write("claude-relay-auth-detail-2026-11-24.log.1", "an older secret answer")
            sidecar.write(f"{DAY}.1.gz", "compressed")
            sidecar.write(".claude-relay-x-audit.log.json", "{}")
            sidecar.write("http-debug-2026-11-24.log", "whole requests")
            sidecar.write("of-a-future-version.log", "who knows")
            sidecar.write("exceptions.log", line("an error"))
    assert messages(inbox) == ["an error"]


def test_the_last_line_before_sigterm_arrives(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        with sidecar.running():
            sidecar.write(DAY, line("first"))
            eventually(lambda: messages(inbox) == ["first"], inbox.text)
            sidecar.write(DAY, line("last"))
            sidecar.write(f"{DAY}.1", line("in a new file"))
    assert sorted(messages(inbox)) == ["first", "in a new file", "last"]


def test_a_restart_goes_on_where_it_stopped(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        with sidecar.running():
            sidecar.write(DAY, line("first"))
        sidecar.write(DAY, line("meanwhile"))
        with sidecar.running():
            sidecar.write(DAY, line("last"))
    assert messages(inbox) == ["first", "meanwhile", "last"]


def test_lines_wait_for_a_receiver_that_is_away(tmp_path: Path, rendered: Rendered) -> None:
    port = free_port()
    sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
    with sidecar.running():
        sidecar.write(DAY, line("patient"))
        eventually(lambda: sidecar.output.read_text().count("retry in") > 1, sidecar.output.read_text)
        with receiving(port) as (_, inbox):
            eventually(lambda: messages(inbox) == ["patient"], sidecar.output.read_text)


def test_by_the_real_default_a_line_is_tried_twice_and_dropped(tmp_path: Path, rendered: Rendered) -> None:
    """Why the chart sets Retry_Limit."""
    sidecar = FluentBitProcess(tmp_path, rendered(sending_to(free_port(), Retry_Limit=1)))
    with sidecar.running():
        sidecar.write(DAY, line("lost"))
        eventually(lambda: "cannot be retried" in sidecar.output.read_text(), sidecar.output.read_text)


def test_odd_lines(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
        sidecar.write(DAY, "no JSON: ü", "[1, 2]", "x" * (3 << 20), line("after a line of 3 MiB"))
        with sidecar.running():
            eventually(lambda: len(records(inbox)) == 3, lambda: messages(inbox))
    left_out = "a line of {} bytes that is not JSON is left out"
    assert messages(inbox) == [left_out.format(11), left_out.format(6), "after a line of 3 MiB"]


def test_loki(tmp_path: Path, rendered: Rendered) -> None:
    values = sending_to(0, "loki", Labels="job=relay, level=$lvl", Tenant_ID="team", Bearer_Token="a $token #1")
    with receiving() as (port, inbox):
        values["storage"]["logs"]["fluentbit"]["output"]["config"]["Port"] = port
        sidecar = FluentBitProcess(tmp_path, rendered(values))
        with sidecar.running():
            sidecar.write(DAY, line("hello"))
    (delivery,) = json.loads(inbox.text())
    assert delivery["path"] == "/loki/api/v1/push"
    assert delivery["headers"]["x-scope-orgid"] == "team"
    assert delivery["headers"]["authorization"] == "Bearer a $token #1"
    (stream,) = json.loads(delivery["body"])["streams"]
    assert stream["stream"] == {"job": "relay", "level": "info"}
    ((moment, text),) = stream["values"]
    assert (moment, json.loads(text)["msg"]) == ("1795507200000000000", "hello")


def test_elasticsearch(tmp_path: Path, rendered: Rendered) -> None:
    with receiving() as (port, inbox):
        values = sending_to(port, "elasticsearch", Logstash_Format=True, HTTP_User="u", HTTP_Passwd="p")
        sidecar = FluentBitProcess(tmp_path, rendered(values))
        with sidecar.running():
            sidecar.write(DAY, line("hello"))
    (delivery,) = json.loads(inbox.text())
    assert (delivery["path"], delivery["headers"]["authorization"]) == ("/_bulk", "Basic dTpw")
    action, document = map(json.loads, delivery["body"].splitlines())
    assert action == {"create": {"_index": "logstash-2026.11.24"}}, "since Elasticsearch 8 a document has no type"
    assert (document["@timestamp"], document["msg"]) == ("2026-11-24T08:00:00.000Z", "hello")


def test_stdout(tmp_path: Path, rendered: Rendered) -> None:
    sidecar = FluentBitProcess(tmp_path, rendered({}))
    with sidecar.running():
        sidecar.write(DAY, line("hello"))
    written = [json.loads(text) for text in sidecar.output.read_text().splitlines() if text.startswith("{")]
    assert [(record["date"], record["msg"]) for record in written] == [(1795507200.0, "hello")]


def page(sidecar: FluentBitProcess, path: str, host: str = "127.0.0.1") -> str:
    with urllib.request.urlopen(f"http://{host}:{sidecar.http_port}{path}") as answer:
        return str(answer.read().decode())


def test_health_is_ok_while_the_output_is_away_and_the_retries_are_counted(tmp_path: Path, rendered: Rendered) -> None:
    """As recorded in recorded/fluent-bit/http-server.yaml: why the chart alerts on a metric, and has no such probe."""
    recorded = yaml.safe_load((RECORDED / "fluent-bit" / "http-server.yaml").read_text())
    port = free_port()
    sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port)))
    with sidecar.running():
        sidecar.write(DAY, line("patient"))
        eventually(lambda: sidecar.output.read_text().count("retry in") > 1, sidecar.output.read_text)
        away = json.loads(page(sidecar, "/api/v1/metrics"))["output"]["http.0"]
        assert page(sidecar, "/api/v1/health") == recorded["away"]["health"]
        assert {key for key, number in away.items() if number} == set(recorded["away"]["counted"])
        with receiving(port) as (_, inbox):
            eventually(lambda: messages(inbox) == ["patient"], sidecar.output.read_text)
            assert page(sidecar, "/api/v1/health") == recorded["fine again"]["health"]
            series = page(sidecar, "/api/v2/metrics/prometheus")
    names = {text.rpartition(" ")[0] for text in series.splitlines()}
    assert names <= set(recorded["series"])
    assert {
        'fluentbit_output_retries_total{name="http.0"}',
        'fluentbit_output_proc_records_total{name="http.0"}',
    } <= names


@pytest.mark.parametrize(("address", "hosts"), [("0.0.0.0", ["127.0.0.1"]), ("::", ["127.0.0.1", "[::1]"])])
def test_it_listens_on_the_families_that_the_real_one_does(
    tmp_path: Path, rendered: Rendered, monkeypatch: pytest.MonkeyPatch, address: str, hosts: list[str]
) -> None:
    monkeypatch.setitem(POD, "POD_IP", address)
    sidecar = FluentBitProcess(tmp_path, rendered({}))
    with sidecar.running():
        for host in ("127.0.0.1", "[::1]"):
            if host in hosts:
                assert page(sidecar, "/api/v1/health", host) == "ok\n"
            else:
                with pytest.raises(urllib.error.URLError):
                    page(sidecar, "/api/v1/health", host)


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate for localhost, by an authority that nobody knows."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    make_certificates(folder, "localhost")
    return folder


@pytest.mark.parametrize(
    ("config", "arrives"),
    [
        ({"tls.ca_file": "ca.crt"}, True),
        ({"tls.ca_file": "ca.crt", "tls.verify_hostname": "On"}, False),
        ({"tls.ca_file": "ca.crt", "tls.verify_hostname": "On", "tls.vhost": "localhost"}, True),
        ({}, False),
        ({"tls.verify": "Off"}, True),
    ],
)
def test_over_tls_the_authority_is_checked_and_the_name_where_asked_for(
    tmp_path: Path, rendered: Rendered, certificates: Path, config: dict[str, str], arrives: bool
) -> None:
    config = {key: str(certificates / value) if key == "tls.ca_file" else value for key, value in config.items()}
    with receiving(certificates=certificates) as (port, inbox):
        sidecar = FluentBitProcess(tmp_path, rendered(sending_to(port, tls=True, **config)))
        with sidecar.running():
            sidecar.write(DAY, line("hello"))
            refused = "certificate verify failed"
            eventually(lambda: bool(messages(inbox)) or refused in sidecar.output.read_text(), sidecar.output.read_text)
    assert messages(inbox) == (["hello"] if arrives else [])


def test_an_authority_that_is_not_there_stops_the_start(tmp_path: Path, rendered: Rendered) -> None:
    sidecar = FluentBitProcess(tmp_path, rendered(sending_to(1, tls=True, **{"tls.ca_file": "/nowhere/ca.crt"})))
    assert sidecar.start().wait(20) == 255
    assert "tls.ca_file: /nowhere/ca.crt: No such file" in sidecar.output.read_text()


@pytest.mark.parametrize(
    ("kind", "key"), [("loki", "BatchWait"), ("stdout", "Formatt"), ("http", "net.dns"), ("elasticsearch", "Indexx")]
)
def test_a_key_that_it_does_not_take_is_refused(tmp_path: Path, rendered: Rendered, kind: str, key: str) -> None:
    values = sending_to(1, kind, **{key: "1"})
    values["storage"]["logs"]["fluentbit"]["output"]["checkKeys"] = False
    sidecar = FluentBitProcess(tmp_path, rendered(values))
    assert sidecar.start().wait(20) == 1
    assert f"unknown configuration property '{key.lower()}'" in sidecar.output.read_text()


def test_a_plugin_that_it_does_not_have_is_refused(tmp_path: Path, rendered: Rendered) -> None:
    sidecar = FluentBitProcess(tmp_path, rendered(sending_to(1, "kafka", Brokers="a:9092")))
    assert sidecar.start().wait(20) == 3
    assert "[OUTPUT kafka]: this stand-in does not do it" in sidecar.output.read_text()
