"""What leaves the pod when the real application's log files are shipped: all that matters, and no secret."""

import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.release import Release
from tests.e2e.fluent_bit_process import FluentBitProcess

RECORDED = Path(__file__).parent / "recorded" / "logs"
MAIN = "claude-relay-2026-11-26.log"
# The credentials, prompts and codes of the recording; see recorded/README.md.
SECRET = re.compile(
    r"sk-ant-\w+-FAKE|FAKE-(PROMPT|admin-password|wrong|AUTHO|bearer|ACCESS|REFRESH)|cr_[0-9a-f]{64}|\b[0-9a-f]{64}\b"
)
MOST_FIELDS = 60


@pytest.fixture(scope="module")
def shipped(
    render: Callable[..., Release], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., list[dict[str, Any]]]:
    """The records that are sent of the recorded files, and of further lines of the main file."""

    @cache
    def shipped(*lines: str, fields: tuple[str, ...] = (), **switches: bool) -> list[dict[str, Any]]:
        values = {"storage": {"logs": {"fluentbit": {**switches, "extraFields": list(fields)}}}}
        sidecar = FluentBitProcess(tmp_path_factory.mktemp("sidecar"), render(values, release="relay"))
        for path in RECORDED.iterdir():
            shutil.copy(path, sidecar.logs)
        sidecar.write(MAIN, *lines)
        with sidecar.running():
            pass
        return [json.loads(text) for text in sidecar.output.read_text().splitlines() if text.startswith("{")]

    return shipped


def test_the_recording_holds_every_kind_of_secret() -> None:
    """Without them, the tests below would prove nothing."""
    text = (RECORDED / MAIN).read_text(encoding="utf-8")
    for secret in (
        "FAKE-admin-password-1",
        "FAKE-wrong",
        "FAKE-PROMPT",
        "sk-ant-api03-FAKE",
        "sk-ant-ort01-FAKE",
        "sk-ant-oat01-FAKE",
        "FAKE-bearer-token",
        "FAKE-AUTHORIZATION-CODE",
        '"apiKey":"cr_',
    ):
        assert secret in text, f"record {MAIN} again with a line that holds {secret}"


@pytest.mark.parametrize("everything", [False, True])
def test_no_secret_and_no_prompt_is_shipped(shipped: Any, everything: bool) -> None:
    records = shipped(shipCopies=everything, shipHealthChecks=everything, fields=("ip", "ua") * everything)
    assert len(records) > 100
    assert not everything or [record for record in records if record["file"].endswith("error-2026-11-26.log")]
    leaks = [record for record in records if SECRET.search(json.dumps(record, ensure_ascii=False))]
    assert not leaks, "leave these fields out or mask them in templates/fluent-bit/_records.lua.tpl"


def test_a_record_is_small(shipped: Any) -> None:
    assert max(len(record) for record in shipped()) <= MOST_FIELDS


def test_what_matters_of_a_request_is_shipped(shipped: Any) -> None:
    (request,) = [record for record in shipped() if record.get("requestId") == "gopy8a2ez4u"]
    assert request == {
        "date": 1795663816.0,
        "ts": "2026-11-26T03:30:16Z",
        "lvl": "info",
        "msg": " 200 POST /api/v1/messages  110ms 196B",
        "method": "POST",
        "path": "/api/v1/messages",
        "status": 200,
        "duration_ms": 110,
        "bytes": 196,
        "requestId": "gopy8a2ez4u",
        "key": "fake-key-1 (8fde1ea5-9bdf-47aa-9490-b688dc982322)",
        "file": request["file"],
        "pod": "relay-0",
        "namespace": "relay",
        "node": "node-1",
    }


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("Failed login attempt for username", {"lvl"}),
        ("Claude Console stream relay failed", {"lvl", "stack", "code"}),
        ("Failed to refresh token for account", {"lvl", "stack", "code"}),
        ("Redis connection error", {"lvl", "stack", "code"}),
        ("401 POST /web/auth/login", {"method", "path", "status", "duration_ms", "requestId"}),
        ("500 POST /api/v1/messages", {"method", "path", "status", "duration_ms", "requestId"}),
        ("uncaughtException", {"stack"}),
        ("unhandledRejection", {"stack"}),
        ("token_refresh_error: connect ECONNREFUSED", {"lvl", "accountId", "code"}),
        ("token_refresh_success", {"lvl", "accountId"}),
    ],
)
def test_every_kind_of_record_that_matters_is_shipped(shipped: Any, message: str, fields: set[str]) -> None:
    found = [record for record in shipped() if message in record["msg"]]
    assert found
    assert all(fields <= set(record) for record in found)


def test_a_token_refresh_is_one_record_with_its_time_in_utc(shipped: Any) -> None:
    records = [record for record in shipped() if record["file"].endswith("token-refresh.log")]
    assert len(records) == 12
    assert [(record["date"], record["ts"]) for record in records[:1]] == [(1795663822.615, "2026-11-26T03:30:22Z")]
    assert {record["lvl"] for record in records} == {"info", "error"}


def test_copies_and_health_checks_are_left_out_unless_asked_for(shipped: Any) -> None:
    records = shipped()
    assert {Path(record["file"]).name for record in records} == {
        MAIN,
        "exceptions.log",
        "rejections.log",
        "token-refresh.log",
    }
    assert not [r for r in records if "health-check" in r["msg"] or (r.get("path") == "/" and r["status"] < 400)]


def test_copies_and_health_checks_are_shipped_when_asked_for(shipped: Any) -> None:
    records = shipped(shipCopies=True, shipHealthChecks=True)
    names = {Path(record["file"]).name for record in records}
    assert {"claude-relay-error-2026-11-26.log", "claude-relay-security-2026-11-26.log"} <= names
    assert "token-refresh-error.log" in names
    assert [record for record in records if "health-check completed" in record["msg"]]


def test_a_health_check_that_fails_is_shipped(shipped: Any) -> None:
    assert [
        record for record in shipped() if record.get("path") in ("/metrics", "/METRICS") and record["status"] == 500
    ]


def entry(msg: str, lvl: str = "info", **more: Any) -> str:
    return json.dumps({"ts": "2026-11-26 12:00:00", "lvl": lvl, "msg": msg, **more})


# Texts that nobody recorded: whatever looks like a credential is masked wherever it is, and the rest stays.
MASKED = [
    ("got Authorization: Bearer abc.def-123 from a client", "got Authorization: [masked] from a client"),
    ("sent bearer abcdef12345", "sent [masked]"),
    ("uses https://user:pass@proxy.example.com/x", "uses https://[masked]@proxy.example.com/x"),
    ("GET https://x.example.com/v1?key=AIzaSyA1&alt=sse failed", "GET https://x.example.com/v1?[masked] failed"),
    ('body {"password":"two words","user":"a"}', 'body {"password":[masked],"user":"a"}'),
    ('body {"password":"a \\" quote","user":"a"}', 'body {"password":[masked],"user":"a"}'),
    ('body "{\\"refresh_token\\":\\"x y\\",\\"a\\":1}"', 'body "{\\"refresh_token\\":[masked],\\"a\\":1}"'),
    ("password=hunter", "password=[masked]"),
    ("client_secret: s3cret, id: 7", "client_secret: [masked], id: 7"),
    ("Cookie: a=b; c=d\nHost: x", "Cookie: [masked]\nHost: x"),
    ("Authorization: Digest a b", "Authorization: [masked]"),
    ('{"credentials":{"a":"b","c":"d"},"e":1}', '{"credentials":[masked],"e":1}'),
    ('{"password":["a","b"],"e":1}', '{"password":[masked],"e":1}'),
    ('"secretAccessKey":"a/b+c"', '"secretAccessKey":[masked]'),
    ("code aB3dE5gH-aB3dE5gH_aB3dE5gHaB3dE5gH used", "code [masked] used"),
    ("upstream fk-abcdefgh", "upstream [masked]"),
    ("by socks5://user:p@ss@proxy:1080", "by socks5://[masked]@proxy:1080"),
    ("by user:pass@proxy:1080", "by [masked]@proxy:1080"),
    ("session_token=letters", "session_token=[masked]"),
    ("access_token: letters end", "access_token: [masked] end"),
    ("1https://user:pass@x", "1https://[masked]@x"),
    ("sk-proj-abcdefgh and sk-ant-oat01-x", "[masked] and [masked]"),
    ("jwt eyJhbGciOi.eyJzdWIiOi.c2ln end", "jwt [masked] end"),
    ("key cr_0123456789abcdef01234567 used", "key [masked] used"),
    ("hash 0123456789abcdef0123456789abcdef", "hash [masked]"),
    ("cannot refresh the token: connect ECONNREFUSED", "cannot refresh the token: connect ECONNREFUSED"),
    ("Input: 10, max_tokens: 50, model claude-sonnet-4-20250514", None),
    ("account b3bc03ce-660b-4143-815f-d3aa8624dc27 (console-fake)", None),
    ("model claude-3-5-sonnet-20241022-of-a-region", None),
    ("B3BC03CE-660b-4143-815f-d3aa8624dc27", None),
    ("does it work? yes, at 12:30", None),
    ("mail of somebody@example.com at 12:30", None),
]


def test_what_looks_like_a_credential_is_masked_in_any_text(shipped: Any) -> None:
    lines = [entry(text, requestId=f"masked-{number}") for number, (text, _) in enumerate(MASKED)]
    found = {record.get("requestId"): record["msg"] for record in shipped(*lines)}
    wrong = {
        text: found[f"masked-{number}"]
        for number, (text, expected) in enumerate(MASKED)
        if found[f"masked-{number}"] != (text if expected is None else expected)
    }
    assert not wrong


def test_what_looks_like_a_credential_is_masked_in_any_field(shipped: Any) -> None:
    secret = "sk-ant-api03-abcdefgh"
    lines = [
        entry(
            "a",
            requestId="f",
            stack=f"Error: {secret}\n    at x",
            key=secret,
            code=secret,
            about={"Token": "x", "b": secret},
        ),
        entry(f" 200 GET /x/{secret}?key=1  3ms 4B", requestId="g"),
    ]
    records = {record.get("requestId"): record for record in shipped(*lines, fields=("about",))}
    assert records["f"]["about"] == {"Token": "[masked]", "b": "[masked]"}
    assert records["f"]["stack"] == "Error: [masked]\n    at x"
    assert (records["g"]["path"], records["g"]["msg"]) == ("/x/[masked]", " 200 GET /x/[masked]  3ms 4B")
    assert secret not in json.dumps(records)


@pytest.mark.parametrize(
    "line", ["no JSON FAKE-PROMPT", '{"ts":"2026-11-26 12:00:00","req":{"FAKE-PROMPT', "[1]", "{}"]
)
def test_a_line_that_is_not_a_record_is_told_and_not_shipped(shipped: Any, line: str) -> None:
    records = shipped(line)
    assert [record["msg"] for record in records if "left out" in record["msg"]]
    assert "FAKE-PROMPT" not in json.dumps(records)


def test_a_long_text_is_cut_between_characters(shipped: Any) -> None:
    (record,) = [r for r in shipped(entry("ü" * 9000, requestId="long")) if r.get("requestId") == "long"]
    assert set(record["msg"]) == {"ü", "…"}
    assert 4000 < len(record["msg"]) < 4100


@pytest.mark.parametrize("text", ['a"b', "back\\slash", "<&>", "next\u2028line", "{{ .Values }}", "]]", "--", "ü"])
def test_texts_of_the_values_arrive_in_the_script_as_they_are(
    render: Callable[..., Release], tmp_path: Path, text: str
) -> None:
    values = {
        "config": {"apiKeyPrefix": text},
        "storage": {"logs": {"fluentbit": {"extraFields": [text]}}},
    }
    sidecar = FluentBitProcess(tmp_path, render(values, release="relay"))
    sidecar.write(MAIN, entry("a", **{text: "kept"}))
    with sidecar.running():
        pass
    (record,) = [json.loads(line) for line in sidecar.output.read_text().split("\n") if line.startswith("{")]
    assert record[text] == "kept"


def test_debug_records_are_left_out_unless_asked_for(shipped: Any) -> None:
    """Their messages quote prompts and answers, such as `Request body: …` of a Gemini account."""
    lines = [entry("a", requestId="debug", lvl=level) for level in ("http", "verbose", "debug", "silly")]
    assert not [record for record in shipped(*lines) if record.get("requestId") == "debug"]
    assert len([r for r in shipped(*lines, shipDebug=True) if r.get("requestId") == "debug"]) == len(lines)


# Each took half a second or more of a pattern that began anywhere in it. Together they fit into one read of the file.
HOSTILE = ["a." * 4096, "a:" * 4096, 'token="' + "\\" * 8000, "token={" * 1100]


def test_no_text_of_a_client_slows_fluent_bit_down(shipped: Any) -> None:
    """A client chooses the paths that the application logs; a sidecar that is busy would lose files to the rotation."""
    lines = [entry(text, requestId="hostile") for text in HOSTILE for _ in range(20)]
    assert len([record for record in shipped(*lines) if record.get("requestId") == "hostile"]) == len(lines)


@pytest.mark.parametrize(
    "odd",
    [
        {"method": "GET"},
        {"method": 1, "path": {}, "status": "x"},
        {"method": "GET", "path": "/", "status": None},
        {"msg": {"a": 1}, "lvl": [1]},
    ],
)
def test_no_odd_record_is_shipped_whole(shipped: Any, odd: dict[str, Any]) -> None:
    """A script that fails makes Fluent Bit ship the record as it is."""
    line = json.dumps({"ts": "2026-11-26 12:00:00", "lvl": "info", "msg": "a", "requestId": "odd", "req": "x", **odd})
    records = shipped(line, fields=("method", "path", "status"))
    (record,) = [record for record in records if record.get("requestId") == "odd"]
    assert "req" not in record


def test_a_script_that_fails_ships_nothing_of_the_record(render: Callable[..., Release], tmp_path: Path) -> None:
    sidecar = FluentBitProcess(tmp_path, render({}, release="relay"))
    script = sidecar.configuration.parent / "records.lua"
    broken = script.read_text(encoding="utf-8").replace("  local shipped = {}\n", '  local shipped = error("broken")\n')
    assert "broken" in broken
    script.write_text(broken, encoding="utf-8")
    sidecar.write(MAIN, entry("a secret message"))
    with sidecar.running():
        pass
    (record,) = [json.loads(line) for line in sidecar.output.read_text().splitlines() if line.startswith("{")]
    assert (record["lvl"], record["msg"]) == ("error", "a record that the chart's filter cannot read is left out")
