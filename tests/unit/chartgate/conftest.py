"""Fixtures for tests of the gate itself: tiny charts, and releases written down as objects."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from chartgate import gate
from chartgate.findings.check import Check
from chartgate.findings.finding import Finding
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.cache import cache_folder
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case

FindingsOf = Callable[..., list[Finding]]


def written_release(manifests: str, kube: str = "1.37") -> Release:
    """A release in namespace "apps" of the objects in `manifests`."""
    objects = tuple(kube_object(manifest, "tiny/templates/x.yaml", "apps") for manifest in read_all(manifests))
    return Release("x", "apps", "4.3.1", kube, objects)


@pytest.fixture
def findings_of() -> FindingsOf:
    """What a check finds in a release written as YAML; with `notes`, what it notes too."""

    def find(
        check: Check,
        manifests: str,
        *,
        kube: str = "1.37",
        values: Sequence[str] = (),
        variants: Mapping[str, str] | None = None,
        notes: bool = False,
    ) -> list[Finding]:
        case = Case("written", values=tuple(values))
        others = {key: written_release(text, kube) for key, text in (variants or {}).items()}
        (verdict,) = examine(check, [Rendered(case, written_release(manifests, kube), others)])
        declared = all(check.rule(finding.rule) for finding in verdict.findings)
        assert declared or not check.rules, "a rule is not declared"
        return [*verdict.findings, *(verdict.notes if notes else ())]

    return find


@pytest.fixture(scope="session")
def release_of() -> Callable[..., Release]:
    """A release written as YAML."""
    return written_release


def passing(key: str) -> Check:
    """A check that examines everything and finds nothing, in place of slow checkov."""
    return Check(key, "", "", "", (EachObject(lambda *_: ()),))


@pytest.fixture
def without_checkov(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = tuple(passing("checkov") if check.key == "checkov" else check for check in CHECKS)
    monkeypatch.setattr(gate, "CHECKS", checks)


@pytest.fixture(scope="session", autouse=True)
def _cache() -> Iterator[None]:
    """One cache for all tests: `pytester` gives each test another home folder, and all would be downloaded again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_folder().parent))
        yield


@pytest.fixture(autouse=True)
def _no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def pytest_make_parametrize_id(val: Any) -> str | None:
    """Long YAML parameters are not part of a test's name."""
    return val[:24].replace("\n", " ") if isinstance(val, str) else None
