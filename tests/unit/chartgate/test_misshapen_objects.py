"""Whatever shape an object has, every check and every report finishes: odd objects are findings, never an error."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chartgate import gate
from chartgate.findings import checkov
from chartgate.findings.check import Check, Fault
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.findings.scopes import EachObject, EachRelease
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.html import html_report
from chartgate.reports.json_report import json_report
from chartgate.reports.junit import junit_report
from chartgate.reports.overview import overview_of
from chartgate.reports.sarif import sarif_report
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.tools.walk import walk
from chartgate.values.case import Case
from chartgate.values.selection import Choice

OBJECTS = Path(__file__).with_name("objects.yaml").read_text(encoding="utf-8")
ODD: tuple[Any, ...] = (
    *(None, "", "odd", "ü\n%!d(", 0, -1, 1.5, 2**70, True),
    *([], {}, [None], ["a", {"b": "c"}], {"a": None}, {"": [[]]}),
)


def misshapen(manifest: dict[str, Any], chance: random.Random, number: int) -> dict[str, Any]:
    """The manifest with odd values in one to three places."""
    odd: dict[str, Any] = json.loads(json.dumps(manifest))
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice([path for path, _ in walk(odd) if path])
        node: Any = odd
        for step in way:
            node = node[step]
        node[last] = deepcopy(chance.choice(ODD))
    # Without these, Helm itself could not read it.
    metadata = odd.get("metadata")
    name = f"{manifest['metadata']['name']}-{number}"
    odd["metadata"] = {**metadata, "name": name} if isinstance(metadata, dict) else {"name": name}
    odd["kind"] = manifest["kind"]
    return odd


@pytest.mark.parametrize("seed", range(3))
def test_no_object_breaks_a_run_or_a_report(
    seed: int, make_chart: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check is not checkov.CHECK))
    chance = random.Random(seed)
    objects = [misshapen(manifest, chance, number) for number in range(8) for manifest in read_all(OBJECTS)]
    templates = {f"templates/{number}.yaml": json.dumps(manifest) for number, manifest in enumerate(objects)}
    results = gate.run(make_chart(templates), Choice(helm=("embedded",), kubernetes=("1.37",), offered=True))
    assert {finding.rule for finding in results.occurrences} >= {"malformed", "invalid"}
    for report in (json_report, partial(sarif_report, base=Path()), junit_report, html_report):
        assert list(report(results))
    assert overview_of(results).findings


@pytest.mark.parametrize(
    "error", [AttributeError, KeyError, RecursionError, ZeroDivisionError, UnicodeError, Exception]
)
def test_any_error_of_a_judge_is_a_finding_about_the_thing(
    error: type[Exception], release_of: Callable[..., Release]
) -> None:
    def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
        if obj.name == "bad":
            yield Fault("seen", "spec", "is seen before the error", "none")
            raise error
        yield Fault("seen", "spec", "is seen", "none")

    def fail(*_: object) -> bool:
        raise error

    objects = "---\n".join(f"{{kind: ConfigMap, metadata: {{name: {name}}}}}\n" for name in ("good", "bad", "last"))
    rendered = Rendered(Case("x"), release_of(objects))
    (verdict,) = examine(Check("some", "", "", "", (EachObject(judge),)), [rendered])
    assert [(finding.rule, str(finding.about)) for finding in verdict.findings] == [
        ("seen", "ConfigMap/good"),
        ("seen", "ConfigMap/bad"),
        ("malformed", "ConfigMap/bad"),
        ("seen", "ConfigMap/last"),
    ]
    for scope in (EachObject(judge, wanted=fail), EachRelease(judge, count=fail)):
        (verdict,) = examine(Check("some", "", "", "", (scope,)), [rendered])
        assert {(finding.check, finding.rule) for finding in verdict.findings} == {("some", "malformed")}
    # What is asked of values that cannot be read is not asked for.
    unless = Check("some", "", "", "", (EachObject(lambda *_: [Fault("seen", "", "is", "none", unless=fail)]),))
    (verdict,) = examine(unless, [rendered])
    assert len(verdict.findings) == 3
