"""The check of what an API server refuses in an object that fits its schema."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from chartgate.findings.api_server import CHECK, real
from chartgate.findings.api_server.jobs import is_schedule
from chartgate.findings.api_server.trial import Trial
from chartgate.findings.api_server.words import Remark
from chartgate.findings.check import Check
from chartgate.findings.finding import Finding
from chartgate.findings.runner import examine
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.control_plane.client import ApiServer
from chartgate.values.case import Case, Origin
from tests.e2e.control_plane.refused_objects import FAULTS, SOUND

FindingsOf = Callable[..., list[Finding]]


def test_sound_objects_have_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, SOUND) == []


@pytest.mark.parametrize(("old", "new", "rule", "where"), FAULTS)
def test_each_fault_is_found_once(findings_of: FindingsOf, old: str, new: str, rule: str, where: str) -> None:
    assert old in SOUND
    found = findings_of(CHECK, SOUND.replace(old, new, 1))
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert all(finding.where.endswith(where) for finding in found)


def test_a_name_of_a_variable_that_old_versions_refuse_is_found_for_those_only(findings_of: FindingsOf) -> None:
    digits = SOUND.replace("name: A.b", "name: 1 b")
    assert findings_of(CHECK, digits, kube="1.37") == []
    assert [finding.rule for finding in findings_of(CHECK, digits, kube="1.31")] == ["format"]


def rules_by_version(check: Check, objects: tuple[KubeObject, ...], *versions: str) -> dict[str, list[str]]:
    """The rules that one examination of releases for several versions of Kubernetes finds broken, by version."""
    releases = [Release("x", "apps", "4.3.1", version, objects) for version in versions]
    verdicts = examine(check, [Rendered(Case("x"), release) for release in releases])
    assert [verdict.examined for verdict in verdicts] == [len(objects)] * len(versions)
    return {one.rendered.release.kube_version: [finding.rule for finding in one.findings] for one in verdicts}


def test_a_run_for_many_versions_keeps_those_apart_between_which_a_rule_changed(
    release_of: Callable[..., Release],
) -> None:
    objects = tuple(release_of(SOUND.replace("name: A.b", "name: 1 b")))
    found = rules_by_version(CHECK, objects, "1.25", "1.31", "1.32", "1.37")
    assert found == {"1.25": ["format"], "1.31": ["format"], "1.32": [], "1.37": []}


def test_a_warning_of_a_real_server_is_about_its_own_version_only(
    release_of: Callable[..., Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    (obj,) = release_of("kind: ConfigMap\nmetadata: {name: m}\n")
    said = (Remark("refused", "data", "is wrong"), Remark("warning", "data", "is old"))
    monkeypatch.setattr(real, "try_objects", lambda *_: Trial("1.37", {obj.digest: said}, {}))
    check = real.RealServer(cast("ApiServer", SimpleNamespace(version="1.37"))).check
    found = rules_by_version(check, (obj,), "1.31", "1.36", "1.37")
    assert found == {"1.31": ["refused"], "1.36": ["refused"], "1.37": ["refused", "warning"]}


def test_what_a_secret_holds_is_not_shown(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, "kind: Secret\nmetadata: {name: s}\ndata: {a: hunter2!}\n")
    assert "hunter2" not in str(finding)


@pytest.mark.parametrize("text", ["* * * * *", "0,30 */2 1-15 JAN sun", "@hourly", "@every 1h30m", "TZ=UTC 0 0 * * *"])
def test_schedules(text: str) -> None:
    assert is_schedule(text)


@pytest.mark.parametrize(
    "text", ["", "hourly", "@often", "60 * * * *", "* * * * * *", "* * * * 8", "5-1 * * * *", "*/0 * * * *"]
)
def test_what_is_not_a_schedule(text: str) -> None:
    assert not is_schedule(text)


@pytest.mark.parametrize(("origin", "rules"), [("schema", []), ("ci", ["range"]), ("matrix", ["range"])])
def test_a_value_that_the_gate_made_itself_is_not_the_charts_fault(
    release_of: Callable[..., Release], origin: Origin, rules: list[str]
) -> None:
    release = release_of(SOUND.replace("replicas: 0", "replicas: -7"))
    case = Case("made", values=("web: {replicas: -7}",), origin=origin)
    (verdict,) = examine(CHECK, [Rendered(case, release)])
    assert [finding.rule for finding in verdict.findings] == rules
