"""The administrator of the double: the password, and the accounts that are stored encrypted."""

import json
import re

import pytest

from tests.e2e.application import Administrator, Answer, Application, Refused
from tests.e2e.application_double.double import ADMIN, Double, Redis

# Makes init.json read-only also for root, as the tests may run as root.
READ_ONLY_INIT = """
const fs = require('fs')
const write = fs.writeFileSync
fs.writeFileSync = (file, ...rest) => {
  if (String(file).endsWith('init.json')) throw Object.assign(new Error('EROFS'), { code: 'EROFS' })
  return write(file, ...rest)
}
"""


def test_the_last_start_decides_the_administrators_password(double: Double) -> None:
    with double.running():
        double.application.log_in(*ADMIN)
        with pytest.raises(Refused, match="401"):
            double.application.log_in(ADMIN[0], "another")
    # init.json is there already: the variable counts for the first start only.
    with double.running(ADMIN_PASSWORD="another"):
        double.application.log_in(*ADMIN)
    (double.folder / "data" / "init.json").unlink()
    with double.running(ADMIN_PASSWORD="another"):
        double.application.log_in(ADMIN[0], "another")
        with pytest.raises(Refused, match="401"):
            double.application.log_in(*ADMIN)


@pytest.mark.parametrize("given", [{}, {"ADMIN_USERNAME": "", "ADMIN_PASSWORD": ""}])
def test_the_first_start_prints_the_password_and_a_later_one_does_not(double: Double, given: dict[str, str]) -> None:
    with double.running(**given):
        printed = re.search(r"administrator: (\S+)\npassword: (.+)", double.output.read_text())
        assert printed
        double.application.log_in(printed[1], printed[2])
    double.output.write_text("")
    with double.running(**given):
        assert printed[2] not in double.output.read_text()


def change_password(double: Double, current: str, new: str) -> Answer:
    admin = double.application.log_in(ADMIN[0], current)
    body = {"currentPassword": current, "newPassword": new}
    headers = {"authorization": f"Bearer {admin.token}"}
    return double.application.ask("POST", "/web/auth/change-password", body, headers)


def test_a_password_changed_in_the_web_page_is_lost_with_its_file(double: Double) -> None:
    init = double.folder / "data" / "init.json"
    with double.running():
        assert change_password(double, ADMIN[1], "changed").status == 200
        double.application.log_in(ADMIN[0], "changed")
    assert json.loads(init.read_text())["adminPassword"] == "changed"
    # With the next pod's own file, the old password is back.
    init.unlink()
    with double.running():
        double.application.log_in(*ADMIN)


def test_a_password_stays_where_its_file_cannot_be_written(double: Double) -> None:
    init = double.folder / "data" / "init.json"
    with double.running():
        kept = init.read_text()
        hook = double.folder / "read-only.js"
        hook.write_text(READ_ONLY_INIT)
    with double.running(NODE_OPTIONS=f"--require {hook}"):
        answer = change_password(double, ADMIN[1], "changed")
        # As recorded.
        assert (answer.status, answer.data["message"]) == (500, "Failed to update configuration file")
        double.application.log_in(*ADMIN)
    assert init.read_text() == kept


def test_an_account_is_relayed_to_and_unreadable_with_another_key(
    double: Double, redis: Redis, upstream: Application
) -> None:
    with double.running():
        admin = double.application.log_in(*ADMIN)
        admin.create_account("stored", f"http://{upstream.address}", "sk-upstream")
        api_key = admin.create_api_key("user")
        assert double.application.message(api_key)["content"][0]["text"] == "sk-upstream"
        with pytest.raises(Refused, match="401"):
            double.application.message("cr_unknown")
        with pytest.raises(Refused, match="401"):
            Administrator(double.application, "0" * 64).accounts()
    assert "sk-upstream" not in redis.ask("HGETALL", redis.ask("KEYS", "claude_console_account:*"))
    with double.running(ENCRYPTION_KEY="second key"):
        assert admin.accounts() == ["stored"]
        with pytest.raises(Refused, match=r"500 .*Relay service error"):
            double.application.message(double.application.log_in(*ADMIN).create_api_key("next"))
        with pytest.raises(Refused, match="401"):
            double.application.message(api_key)
