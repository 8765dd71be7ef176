"""`chartgate mutate`: faults that the gate notices, entries about survivors, options and reports."""

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from chartgate import cli, mutation
from chartgate.errors import HelmEndedError
from chartgate.mutation.survivors import Survivors
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.costs import Costs
from chartgate.releases.mutants.mutant import KINDS, Mutant
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.search import Search
from chartgate.releases.mutants.tests import ChartTests
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import Case
from tests.documents import blocks
from tests.mutation_runs import (
    CONFIG,
    DOCUMENT,
    FILES,
    SHOP,
    Mutate,
    by_change,
    documented_entry_for_other_tests,
    tried_mutants,
)
from tests.unit.chartgate.command_line import MakeChart

NUMBERS = CONFIG.replace(".Values.host | quote", "has (int .Values.host) (list 7 9 171) | quote")
ENDLESS = "{{ range until 900000 }}{{ range until 900000 }}{{ if .a }}{{ end }}{{ end }}{{ end }}"


def test_the_gate_notices_a_value_that_nothing_reads_any_more(mutate: Mutate) -> None:
    assert by_change(mutate({})[1])["removed line: host: {{ .Values.host | quote }}"] == ("killed", "gate")


def test_the_gate_notices_that_an_upgrade_is_refused(mutate: Mutate) -> None:
    guard = '{{ if and .Release.IsUpgrade (eq .Values.host "never") }}{{ fail "refused" }}{{ end }}'
    _, report = mutate({"templates/guard.yaml": guard}, "--kind", "other operator", "--file", "templates/guard.yaml")
    assert by_change(report)['other operator: eq .Values.host "never" → ne .Values.host "never"'] == ("killed", "gate")


def test_a_check_that_is_left_out_is_told(mutate: Mutate) -> None:
    assert "left out: the check checkov" in "".join(
        mutate({}, "--kind", "swapped arguments", "--kind", "changed scalar")[1]["notices"]
    )


def test_a_listed_survivor_does_not_count(mutate: Mutate, capsys: pytest.CaptureFixture[str]) -> None:
    documented = next(text for block in blocks(DOCUMENT) if "survivors" in (text := block.text))
    settings = yaml.safe_dump({"helm": ["4"], **yaml.safe_load(documented)})
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}")
    files = {"chartgate.yaml": settings, "templates/config.yaml": config}
    code, report = mutate(files, "--kind", "changed scalar", "--fail-under", "100")
    assert (code, by_change(report)[SHOP][0]) == (0, "listed")
    assert "1 listed" in capsys.readouterr().out


def test_what_is_left_to_other_tests_is_not_tried(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = tried_mutants(monkeypatch)
    _, report = mutate({"chartgate.yaml": documented_entry_for_other_tests()}, "--kind", "changed scalar")
    assert by_change(report)[SHOP] == ("listed", "")
    assert SHOP not in tried
    assert "no mutant was tried" not in "".join(report["notices"])


def test_a_run_that_leaves_all_mutants_to_other_tests_says_so(mutate: Mutate) -> None:
    entry = {"file": "*", "mutants": ["changed"], "reason": "Others notice it.", "noticedBy": ["tests/others.py"]}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    _, report = mutate({"chartgate.yaml": settings, "tests/others.py": ""}, "--kind", "changed scalar")
    assert report["counted"] == 0
    assert "no mutant was tried" in "".join(report["notices"])


def test_the_one_case_that_shows_a_mutant_is_found_among_many(mutate: Mutate) -> None:
    cases = {f"ci/{number}-values.yaml": f"host: {number}\n" for number in range(150, 200)}
    _, report = mutate({"templates/config.yaml": NUMBERS, **cases}, "--kind", "changed number")
    (shown,) = (one for one in report["mutants"] if "172" in one["change"])
    assert (shown["state"], shown["what"]) == ("survived", "case ci/171")
    assert {one["state"] for one in report["mutants"] if one is not shown} == {"unseen"}


def test_a_mutant_that_another_one_hides_is_found_without_it(mutate: Mutate) -> None:
    # If both change, 171 is in no list any more. If one changes, only 172 shows it.
    lists = "or (has (int .Values.host) (list 171)) (has (int .Values.host) (list 9 171)) | quote"
    cases = {f"ci/{number}-values.yaml": f"host: {number}\n" for number in range(150, 200)}
    files = {"templates/config.yaml": CONFIG.replace(".Values.host | quote", lists), **cases}
    _, report = mutate(files, "--kind", "changed number")
    shown = [(one["state"], one["what"]) for one in report["mutants"] if "172" in one["change"]]
    assert shown == [("survived", "case ci/172")] * 2


def test_mutants_that_hide_each_other_each_time_are_given_up() -> None:
    pool: Any = SimpleNamespace(map=lambda _, groups: [({}, [*group]) for group in groups])
    mutants = mutants_of(ChartFiles(Path("tiny"), {"values.yaml": b"a: 1\nb: 1\nc: 1\n"}), [])
    assert len(mutants) == 3
    assert dict(mutation._shown(pool, mutants)) == dict.fromkeys(mutants)


def test_a_test_that_fails_with_many_mutants_runs_again_with_those_for_which_it_counts() -> None:
    chart = ChartFiles(Path("tiny"), {"values.yaml": "".join(f"key{one}: 1\n" for one in range(8)).encode()})
    mutants = mutants_of(chart, [])
    charts: list[Sequence[Mutant]] = []

    def failing(tests: Sequence[str], some: Sequence[Mutant], _: float) -> Sequence[str]:
        charts.append(some)
        return tests

    def failed(mutant: Mutant, tests: Sequence[str], _: float) -> Outcome | None:
        charts.append([mutant])
        return Outcome("killed", "pytest", tests[0]) if mutant is mutants[5] else None

    runs = SimpleNamespace(failing=failing, failed=failed)
    tests = SimpleNamespace(costs=SimpleNamespace(patience=lambda _: 1.0))
    trial: Any = SimpleNamespace(
        cases=None, rendered=None, chart=SimpleNamespace(files=chart), tests=tests, runs=runs, without_renders=[]
    )
    wanted = {mutant: ["test_x"] if number in {2, 5} else [] for number, mutant in enumerate(mutants)}
    killed = Survivors(trial)._noticed_by_tests(mutants, wanted)
    assert [*killed] == [mutants[5]]
    assert charts == [mutants, [mutants[2]], [mutants[5]]]


def test_of_several_mutants_the_one_that_ends_helm_is_noticed(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends_helm(_: Search, mutants: Sequence[Mutant]) -> dict[Mutant, list[int]]:
        if any("172" in mutant.change for mutant in mutants):
            raise HelmEndedError("embedded Helm did not finish")
        return {}

    monkeypatch.setattr(Search, "found", ends_helm)  # the processes that try mutants are forks of this one
    _, report = mutate({"templates/config.yaml": NUMBERS}, "--kind", "changed number", "--fresh")
    states = {one["change"].rpartition(" → ")[2]: (one["state"], one["what"]) for one in report["mutants"]}
    assert states["list 7 9 172"] == ("killed", "embedded Helm did not finish")
    assert {state for state, _ in states.values()} == {"killed", "unseen"}


def test_an_entry_for_tests_that_are_not_there_is_a_fault(mutate: Mutate) -> None:
    code, report = mutate({"chartgate.yaml": documented_entry_for_other_tests()}, "--kind", "changed scalar")
    assert code == 1
    assert "tests/test_programs.py: there are no such tests" in report["faults"][0]


def test_an_entry_about_a_mutant_that_is_noticed_is_a_fault(mutate: Mutate) -> None:
    entry = {"file": "templates/*", "mutants": ["removed line: host"], "reason": "Nobody needs it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    code, report = mutate({"chartgate.yaml": settings})
    assert code == 1
    assert "templates/config.yaml:8 is noticed by" in report["faults"][0]


def test_an_entry_about_no_mutant_is_a_fault(mutate: Mutate) -> None:
    entry = {"file": "templates/*", "mutants": ["no such change"], "reason": "Nobody needs it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    code, report = mutate({"chartgate.yaml": settings})
    assert code == 1
    assert "there is no such mutant" in report["faults"][0]


def test_too_small_a_share_is_a_finding(mutate: Mutate) -> None:
    assert mutate({}, "--kind", "changed scalar", "--fail-under", "100")[0] == 1


def test_a_second_run_knows_the_outcomes(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mutate({}, "--fresh")[1]
    monkeypatch.setattr("chartgate.mutation._tried", lambda *_: pytest.fail("a mutant is tried again"))
    assert mutate({})[1] == first


def test_a_part_and_a_sample_are_the_same_each_time(mutate: Mutate) -> None:
    whole = [*by_change(mutate({})[1])]
    one, other = ([*by_change(mutate({}, "--shard", f"{part}/2")[1])] for part in (1, 2))
    assert sorted([*one, *other]) == sorted(whole)
    sample = [*by_change(mutate({}, "--sample", "2")[1])]
    assert len(sample) == 2
    assert sample == [*by_change(mutate({}, "--sample", "2")[1])]


def test_a_survivor_that_is_listed_now_needs_no_new_run(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate({}, "--kind", "changed scalar")
    monkeypatch.setattr("chartgate.mutation._tried", lambda *_: pytest.fail("a mutant is tried again"))
    entry = {"file": "templates/*", "mutants": ["app: shop"], "reason": "Nobody selects by it."}
    settings = yaml.safe_dump({"helm": ["4"], "mutation": {"survivors": [entry]}})
    assert by_change(mutate({"chartgate.yaml": settings}, "--kind", "changed scalar")[1])[SHOP][0] == "listed"


def test_a_mutant_that_helm_does_not_finish_is_noticed(mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chartgate.tools.embedded.process.ANSWER_SECONDS", 2)
    template = "{{ if .Values.endless }}" + ENDLESS + "{{ end }}" + CONFIG
    files = {"values.yaml": "host: a.example\nendless: false\n", "templates/config.yaml": template}
    found = by_change(mutate(files, "--kind", "negated condition", "--case", "defaults")[1])
    assert found["negated condition: .Values.endless → not (.Values.endless)"] == ("killed", "gate")


def test_a_finding_that_only_names_another_object_is_not_new(mutate: Mutate) -> None:
    # Without managed-by and the other labels, the object has findings of its own before.
    config = CONFIG.replace("name: settings", "name: {{ .Release.Name }}-{{ 1 }}")
    report = mutate({"templates/config.yaml": config}, "--kind", "changed number")[1]
    assert not [one for one in report["mutants"] if one["state"] == "killed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "no such kind"), "no such kind"),
        (("--file", "templates/none.yaml"), "no mutant matches"),
        (("--sample", "0"), '"0" is not a number above 0'),
        (("--shard", "3/2"), "is not a part"),
    ],
)
def test_options_that_choose_nothing_are_errors(
    make_chart: MakeChart, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["mutate", str(make_chart(FILES)), *options])
    except SystemExit as end:
        code = int(str(end.code))
    assert code == 2
    assert words in capsys.readouterr().err


def test_a_library_chart_is_an_error(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = "apiVersion: v2\nname: tiny\nversion: 1.0.0\ntype: library\n"
    assert cli.main(["mutate", str(make_chart({**FILES, "Chart.yaml": chart}))]) == 2
    assert "is a library chart" in capsys.readouterr().err


def test_cases_that_helm_refuses_are_told(
    mutate: Mutate, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    guard = {"templates/guard.yaml": '{{ if not .Values.set }}{{ fail "set it" }}{{ end }}'}
    mutate({**guard, "ci/set-values.yaml": "set: true\n"}, "--file", "templates/guard.yaml")
    chart = make_chart({**FILES, **guard})
    assert f"Helm refuses defaults (run chartgate {chart} to see why)" in capsys.readouterr().out
    (chart / "ci/set-values.yaml").unlink()
    assert cli.main(["mutate", str(chart)]) == 2
    error = capsys.readouterr().err
    assert "Helm refuses every case: " in error
    assert "set it: name values that the chart accepts with --values FILE" in error


def test_the_document_describes_each_kind() -> None:
    table = "".join(f"| `{kind}` | {text.replace('|', chr(92) + '|')} |\n" for kind, text in KINDS.items())
    assert table in DOCUMENT.read_text(encoding="utf-8"), f"docs/mutation.md: the table should be\n{table}"


def test_tests_that_a_time_limit_leaves_out_run_with_a_longer_one() -> None:
    case = Case("x")
    found = ChartTests([], Costs({"a": 6.0, "b": 6.0}), {case: ["a", "b"]})
    assert found.of([case], 8) == ["a"]
    assert found.of([case], 20, without={"a"}) == ["b"]


def test_a_process_that_is_ended_is_an_error_that_says_what_to_do(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutation, "outcome_of", ended)
    assert cli.main(["mutate", str(make_chart(FILES))]) == 2
    error = capsys.readouterr().err
    assert "a process that tries mutants has ended, perhaps for lack of memory: run again" in error
    assert not multiprocessing.active_children()


def ended(_: Mutant) -> Outcome:
    """As if the kernel had killed the process."""
    os._exit(9)


@pytest.mark.parametrize("command", ["coverage", "mutate"])
def test_a_command_that_uses_no_helm_program_has_no_option_for_one(
    make_chart: MakeChart, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, str(make_chart(FILES)), "--helm", "4"])
    assert "unrecognized arguments: --helm 4" in capsys.readouterr().err


def test_without_generated_cases_none_is_made_of_the_schema(mutate: Mutate) -> None:
    schema = {"values.schema.json": '{"properties": {"host": {"type": "string"}}}'}
    outcomes = [mutate(schema, "--kind", "loosened bound", *options)[1] for options in ((), ("--generated", "0"))]
    assert [{one["state"] for one in report["mutants"]} for report in outcomes] == [{"killed"}, {"unreached"}]


def test_a_run_in_which_no_mutant_counts_says_so(mutate: Mutate, capsys: pytest.CaptureFixture[str]) -> None:
    unreached = {"templates/b.yaml": f"{{{{ if and .Values.a .Values.b }}}}{CONFIG}{{{{ end }}}}"}
    mutate(
        unreached, "--file", "templates/b.yaml", "--kind", "changed scalar", "--case", "defaults", "--fail-under", "100"
    )
    assert "no mutant counts" in capsys.readouterr().out


def test_a_template_whose_condition_is_false_in_all_cases_is_not_reached(mutate: Mutate) -> None:
    report = mutate({"templates/config.yaml": "{{ if eq .Values.host `off` }}" + CONFIG + "{{ end }}"})[1]
    assert by_change(report)[SHOP] == ("unreached", "")
