"""The check of Fluent Bit's configuration agrees with the real program about every recorded configuration."""

import json
from collections.abc import Callable

import pytest

from chartgate.findings import program_on_path
from chartgate.findings.finding import Finding
from chartgate.findings.fluent_bit import CHECK
from tests.e2e.recorded.configurations import Recorded, recorded

# Found although the program starts: it does not do what the configuration says.
STARTS_ALL_THE_SAME = {
    "unknown key of the service section": "unknown-key: the program ignores the key",
    "unknown section": "unknown-section: the program ignores the section",
    "a parser that does not exist": "parser: the program logs an error and parses nothing",
    "environment variable that is not set, in http_passwd": "variable: the program sends no credentials",
}
# Not found although the program does not start.
OF_THE_RECORDED_BUILD = {"kafka with sasl and ssl keys": "the recorded build has no SASL; the image has"}


def release(one: Recorded) -> str:
    container = {
        "name": "fluent-bit",
        "env": [{"name": name, "value": value} for name, value in one.environment.items()],
        "securityContext": {"readOnlyRootFilesystem": True},
        "volumeMounts": [{"name": "conf", "mountPath": "/conf"}, {"name": "state", "mountPath": "/state"}],
    }
    volumes = [{"name": "conf", "configMap": {"name": "c"}}, {"name": "state", "emptyDir": {}}]
    pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container], "volumes": volumes}}
    config = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": one.files("/conf")}
    return f"{json.dumps(pod)}\n---\n{json.dumps(config)}"


@pytest.fixture(autouse=True)
def without_fluent_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_on_path, "version_of", lambda _: "")


@pytest.mark.parametrize("one", recorded(), ids=lambda one: one.name)
def test_the_check_finds_what_does_not_start(findings_of: Callable[..., list[Finding]], one: Recorded) -> None:
    found = findings_of(CHECK, release(one))
    if one.name in STARTS_ALL_THE_SAME:
        rule, _, why = STARTS_ALL_THE_SAME[one.name].partition(": ")
        assert one.runs, f"not an exception: {why}"
        assert [finding.rule for finding in found] == [rule]
    elif one.runs or one.name in OF_THE_RECORDED_BUILD:
        assert found == []
    else:
        assert found != [], "Fluent Bit does not start with this configuration"
