"""What an upgrade changes: objects, paths, what cannot be changed in place; never what a Secret holds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.reports.diff.compare import compare, random_places

MakeChart = Callable[[dict[str, str]], Path]

WORKLOAD = """\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: w}}
spec:
  serviceName: {service}
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: a}}}}
    spec: {{containers: [{{name: c, image: '{image}'}}]}}
"""


def workload(kind: str = "Deployment", service: str = "s", app: str = "a", image: str = "i:1") -> str:
    return WORKLOAD.format(kind=kind, service=service, app=app, image=image)


def test_objects_that_come_and_go_are_named(release_of: Callable[..., Release]) -> None:
    one, other = "kind: A\nmetadata: {name: a}\n", "kind: B\nmetadata: {name: b}\n"
    difference = compare("case", release_of(one), release_of(other))
    assert (difference.added, difference.removed, difference.changed) == ((About("B", "b"),), (About("A", "a"),), ())


def test_equal_releases_do_not_differ(release_of: Callable[..., Release]) -> None:
    assert compare("case", release_of(workload()), release_of(workload())).empty


def test_named_entries_are_compared_by_name_and_new_pods_are_reported(release_of: Callable[..., Release]) -> None:
    (changed,) = compare("case", release_of(workload()), release_of(workload(image="i:2"))).changed
    (change,) = changed.changes
    assert (change.path, change.before, change.after) == ("spec.template.spec.containers[c].image", "i:1", "i:2")
    assert changed.rolls
    assert not change.immutable


@pytest.mark.parametrize(
    ("before", "after", "path", "selector"),
    [
        (workload(), workload(app="b"), "spec.selector.matchLabels.app", True),
        (workload("StatefulSet"), workload("StatefulSet", service="t"), "spec.serviceName", False),
        (
            "kind: Service\nmetadata: {name: a}\nspec: {clusterIP: 10.0.0.1}\n",
            "kind: Service\nmetadata: {name: a}\nspec: {clusterIP: 10.0.0.2}\n",
            "spec.clusterIP",
            False,
        ),
        (
            "kind: ConfigMap\nmetadata: {name: a}\nimmutable: true\ndata: {a: b}\n",
            "kind: ConfigMap\nmetadata: {name: a}\nimmutable: true\ndata: {a: c}\n",
            "data.a",
            False,
        ),
    ],
)
def test_fields_that_cannot_be_changed_are_flagged(
    release_of: Callable[..., Release], before: str, after: str, path: str, selector: bool
) -> None:
    ((_, change),) = compare("case", release_of(before), release_of(after)).immutable
    assert (change.path, change.selector) == (path, selector)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (workload("StatefulSet"), workload("StatefulSet", image="i:2")),
        (workload(service="s"), workload(service="t")),
        (
            "kind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1}]}\n",
            "kind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1}], clusterIP: 10.0.0.2}\n",
        ),
        (
            "kind: Job\nmetadata: {name: a, annotations: {helm.sh/hook: pre-install}}\nspec: {template: {a: 1}}\n",
            "kind: Job\nmetadata: {name: a, annotations: {helm.sh/hook: pre-install}}\nspec: {template: {a: 2}}\n",
        ),
    ],
)
def test_fields_that_may_be_changed_are_not(release_of: Callable[..., Release], before: str, after: str) -> None:
    difference = compare("case", release_of(before), release_of(after))
    assert difference.changed
    assert difference.immutable == []


def test_what_differs_at_every_render_is_no_change(release_of: Callable[..., Release]) -> None:
    def secret(generated: str, written: str) -> Release:
        text = f"kind: Secret\nmetadata: {{name: s}}\nstringData: {{generated: {generated}, written: {written}}}\n"
        return release_of(text)

    ignored = random_places(secret("a", "x"), secret("b", "x"))
    (changed,) = compare("case", secret("a", "x"), secret("c", "y"), ignored).changed
    assert [(change.path, change.before, change.after) for change in changed.changes] == [
        ("stringData.written", "(masked)", "(masked)")
    ]


def charts(make_chart: MakeChart, tmp_path: Path, before: str, after: str) -> list[str]:
    found = []
    for name, text in (("before", before), ("after", after)):
        chart = make_chart({"templates/a.yaml": text})
        found.append(str(chart.rename(tmp_path / name)))
    return found


def test_the_command_tells_both_people_and_programs(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "---\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{a: {}}}\n"
    before, after = workload() + secret.format("hush-before"), workload(app="b") + secret.format("hush-after")
    path = tmp_path / "diff.json"
    arguments = charts(make_chart, tmp_path, before, after)
    assert cli.main(["diff", *arguments, "--helm", "4", "--kube", "1.37", "--json", str(path)]) == cli.FINDINGS
    out = capsys.readouterr().out
    assert 'spec.selector.matchLabels.app: "a" → "b" (cannot be changed: the upgrade fails)' in out
    assert "1 of 1 cases change, 1 of them in a field that cannot be changed in place" in out
    (case,) = json.loads(path.read_text(encoding="utf-8"))["cases"]
    assert [changed["object"] for changed in case["changed"]] == ["Deployment/w", "Secret/s"]
    assert "hush" not in out + path.read_text(encoding="utf-8")


def test_a_version_that_refuses_a_case_is_reported(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = charts(make_chart, tmp_path, workload(), '{{ fail "no longer" }}')
    assert cli.main(["diff", *arguments, "--helm", "4", "--kube", "1.37"]) == cli.FINDINGS
    assert "no longer" in capsys.readouterr().out


def test_cases_that_have_to_be_refused_are_not_compared(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = tmp_path / "matrix.yaml"
    axes = [
        {"name": "size", "values": {"small": {}, "large": {"size": 9}}},
        {"name": "open", "values": {"no": {}, "yes": {"open": True}}},
    ]
    refuse = [{"when": {"size": "large"}, "refusal": "too large"}]
    matrix.write_text(json.dumps({"axes": axes, "strength": [{"t": 1}], "constraints": {"refuse": refuse}}))
    text = '{{ if .Values.size }}{{ fail "too large" }}{{ end }}' + workload()
    arguments = [*charts(make_chart, tmp_path, text, text), "--matrix", str(matrix)]
    assert cli.main(["diff", *arguments]) == cli.CLEAN
    assert "0 of 3 cases change" in capsys.readouterr().out
    assert cli.main(["diff", *arguments, "--case", "matrix/refused-*"]) == cli.UNUSABLE
    assert "is to be refused: there is nothing to compare" in capsys.readouterr().err
