"""The chart with its default values, unmodified, and what its operator does next."""

import re

import pytest

from tests.e2e.application import Application, Refused
from tests.e2e.cluster.namespace import until
from tests.e2e.cluster.operator import REDIS, SECRET, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.report import sections
from tests.e2e.cluster.shell import Shell
from tests.e2e.processes import free_port

UPSTREAM_KEY = "sk-of-the-upstream"


def test_the_commands_of_the_notes_work_when_typed(operator: Operator) -> None:
    shell = Shell(operator.release)
    commands = re.findall(r"(?m)^ {5}(\S.*)$", operator.release.notes())
    rollout, forward, name, password, test = commands
    assert "successfully rolled out" in shell.answer(rollout)
    # Another port here, since somebody else may use this one on this machine; the rest is as printed.
    assert " 8080:" in forward
    port = free_port()
    with shell.running(forward.replace(" 8080:", f" {port}:")) as output:
        assert f"127.0.0.1:{port}" in output.readline()
        application = Application(f"127.0.0.1:{port}")
        assert application.ask("GET", "/").status == 302
        application.log_in(shell.answer(name).strip(), shell.answer(password).strip())
    assert re.search(r"(?m)^Phase: +Succeeded$", shell.answer(test))


def test_only_the_administrators_password_logs_in(operator: Operator) -> None:
    with operator.administrator() as admin, pytest.raises(Refused, match="401"):
        admin.application.log_in("admin", "another")


def test_data_outlives_the_applications_pod(operator: Operator, neighbour: Neighbour) -> None:
    with operator.administrator() as admin:
        admin.create_account("kept", neighbour.url, UPSTREAM_KEY)
        api_key = admin.create_api_key("kept")
        assert admin.application.message(api_key)["content"][0]["text"] == UPSTREAM_KEY
    (pod,) = operator.names()
    operator.kill(pod)
    assert pod not in operator.names()
    with operator.administrator() as admin:
        assert "kept" in admin.accounts()
        assert admin.application.message(api_key)["content"][0]["text"] == UPSTREAM_KEY


def test_redis_comes_back_with_its_data_and_the_application_goes_on(operator: Operator, neighbour: Neighbour) -> None:
    (pod,) = operator.names()
    with operator.administrator() as admin:
        admin.create_account("before the end of Redis", neighbour.url, UPSTREAM_KEY)
        operator.kill(REDIS)
        until(lambda: admin.application.ask("GET", "/metrics").status == 200, "the application has its Redis again")
        assert "before the end of Redis" in admin.accounts()
    operator.namespace.wait("condition=Ready", f"pod/{pod}")
    (status,) = [s for s in operator.namespace.get("pod", pod)["status"]["containerStatuses"] if s["name"] == "http"]
    assert status["restartCount"] == 0


def test_the_report_of_a_failure_has_everything_but_the_secrets(operator: Operator) -> None:
    namespace = operator.namespace
    told = dict(sections([namespace]))
    texts = {title.removeprefix(f"{namespace.name}: "): text for title, text in told.items()}
    assert "relay-claude-relay" in texts["pods"]
    assert "Scheduled" in texts["events"]
    assert "/web/auth/login" in texts["logs"]
    assert "kind: Deployment" in texts["objects"]
    secret = namespace.secret(SECRET)
    for key in ("jwt-secret", "encryption-key", "admin-password"):
        assert [title for title, text in texts.items() if secret[key] in text] == []
