"""The log files of the double, some compared with records of the real application."""

import calendar
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.application import Application, Refused
from tests.e2e.application_double.double import ADMIN, Double
from tests.e2e.processes import eventually

RECORDED = Path(__file__).parents[1] / "recorded" / "logs" / "claude-relay-2026-11-26.log"


def recorded(message: str) -> dict[str, Any]:
    """The first record of the real application with such a message."""
    lines = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
    found: dict[str, Any] = next(line for line in lines if message in line["msg"])
    return found


def form(message: str) -> str:
    """A message without its numbers."""
    return re.sub(r"\d+", "N", message)


def test_lines_of_the_log(double: Double) -> None:
    def told() -> re.Match[str] | None:
        # The console comes after the files.
        return re.search(
            r"(?m)^\d\d:\d\d:\d\d ⚠️  404 GET /some/path  \d+ms .*\n +├─ requestId: ", double.output.read_text()
        )

    hours = [time.time() - 11 * 3600]
    with double.running(TIMEZONE_OFFSET="-11"):
        double.application.ask("GET", "/some/path")
        eventually(lambda: told() is not None, double.output.read_text)
    hours.append(time.time() - 11 * 3600)
    line = next(json.loads(line) for line in double.lines() if "/some/path" in line)
    assert list(line)[:3] == ["ts", "lvl", "msg"]
    assert line["ts"][:13] in {time.strftime("%Y-%m-%d %H", time.gmtime(hour)) for hour in hours}
    assert {"exceptions.log", "rejections.log", ".claude-relay-audit.log.json"} <= {p.name for p in double.files("*")}


@pytest.mark.parametrize(("offset", "hours"), [("0", 8), ("-5", -5), ("", 8)])
def test_an_offset_of_zero_is_eight_hours(double: Double, offset: str, hours: int) -> None:
    with double.running(TIMEZONE_OFFSET=offset):
        pass
    told = time.strptime(json.loads(double.lines()[-1])["ts"], "%Y-%m-%d %H:%M:%S")
    assert abs(calendar.timegm(told) - hours * 3600 - time.time()) < 60


def test_files_rotate_by_size(double: Double) -> None:
    with double.running(LOG_MAX_SIZE="1k", LOG_MAX_FILES="3"):
        for _ in range(60):
            double.application.ask("GET", "/health")
        names = [path.name for path in double.files("claude-relay-20*")]
        numbers = [int(re.search(r"\.log\.?(\d*)", name)[1] or 0) for name in names]  # type: ignore[index]
        newest = max(numbers)
        assert newest > 3
        assert sorted(numbers) == [newest - 2, newest - 1, newest]
        live = next(name for name, number in zip(names, numbers, strict=True) if number == newest)
        assert [name for name in names if not name.endswith(".gz")] == [live]
    with double.running(LOG_MAX_SIZE="1m", LOG_MAX_FILES="3"):
        assert [path.name for path in double.files("claude-relay-20*") if path.suffix != ".gz"] == [live]


def test_authentication_details_are_in_a_file_of_their_own(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN).create_account("stored", "http://127.0.0.1:1", "sk-upstream")
    (detail,) = double.files("claude-relay-auth-detail-*.log")
    assert "sk-upstream" in detail.read_text()
    (record,) = map(json.loads, detail.read_text().splitlines())
    assert list(record) == ["ts", "lvl", "msg", "data"]


def test_access_lines_have_whole_bodies_as_the_applications_have(double: Double, upstream: Application) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", f"http://{upstream.address}", "sk-upstream")
        double.application.message(admin.create_api_key("user"))
        double.application.ask("GET", "/nowhere")
        eventually(lambda: "404 GET /nowhere" in double.output.read_text(), double.output.read_text)
    lines = [json.loads(line) for line in double.lines()]
    for message in ("200 POST /web/auth/login", "200 POST /admin/api-keys", "404 GET /nowhere"):
        real = recorded(message)
        ours = next(line for line in lines if message in line["msg"])
        assert form(ours["msg"]) == form(real["msg"])
        assert set(ours) == set(real) - {"auth"}
    login = next(line for line in lines if "POST /web/auth/login" in line["msg"])
    assert login["req"]["password"] == ADMIN[1]
    message = next(line for line in lines if "POST /api/v1/messages" in line["msg"])
    assert message["req"]["messages"][0]["content"] == "hello"
    for secret in (ADMIN[1], "sk-upstream", "hello"):
        assert secret in double.output.read_text(), "the console has the same bodies"


def test_a_failed_call_logs_the_whole_error_of_axios(double: Double) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", "http://127.0.0.1:1", "bearer-of-an-upstream")
        with pytest.raises(Refused, match="502"):
            double.application.message(admin.create_api_key("user"))
    (ours,) = [json.loads(line) for line in double.lines() if "stream relay failed" in line]
    assert set(ours) == set(recorded("stream relay failed"))
    assert "bearer-of-an-upstream" in json.dumps(ours["config"])
    assert "hello" in ours["config"]["data"]
    assert any("stream relay failed" in path.read_text() for path in double.files("claude-relay-error-*.log"))


def test_token_refreshes_are_json_over_many_lines_in_utc(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN).create_account("stored", "http://127.0.0.1:1", "sk-upstream")
    real = RECORDED.with_name("token-refresh.log").read_text().split("\n}\n{\n")[0]
    text = (double.folder / "logs" / "token-refresh.log").read_text()
    ours = text.split("\n}\n{\n")[0]
    assert [line.split(":")[0] for line in ours.splitlines() if line.startswith("  ")][:2] == [
        line.split(":")[0] for line in real.splitlines() if line.startswith("  ")
    ][:2]
    assert re.search(time.strftime(r'(?m)^  "timestamp": "%Y-%m-%d %H:', time.gmtime()), ours)
    assert "token_refresh_error" in (double.folder / "logs" / "token-refresh-error.log").read_text()
