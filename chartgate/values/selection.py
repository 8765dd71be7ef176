"""Which cases a run looks at: what the chart offers, what its matrix asks for, and what its schema says."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.schemas import full_version, minor_version
from chartgate.tools.some_of import some_of
from chartgate.values.case import MADE, Case, Origin
from chartgate.values.chart import Chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.filled_cases import FilledCase, filled_cases
from chartgate.values.hostile_cases import hostile_cases
from chartgate.values.installable import is_library, require_application
from chartgate.values.matrix_cases import Coverage, covering_cases
from chartgate.values.schema_cases import accepted_stream, refused_cases
from chartgate.values.vendors import vendor_cases

GENERATED = 1000
OWN_REFUSAL = "execution error at ("
"""With these words Helm tells what `fail` and `required` in a template say."""
HOSTILE_SHARE = 10
"""Generated cases of each other sort for one with a hostile text, which takes two renders."""


@dataclass(frozen=True)
class Choice:
    """What a run is asked for.

    `helm` and `kubernetes` are versions in place of those of the settings; `pattern` is a glob on names of cases;
    `matrix` and `settings` are files in place of the chart's. `offered` leaves out all cases that no person wrote.
    `generated` is how many cases to make of the schema, of each sort, from `seed`. `values` are the texts of values
    files and `sets` are Helm's --set arguments, flag and value in turn: a run with any of them has one case,
    `options`. `select` and `ignore` are patterns of the checks and rules to look for and to leave out. With
    `subcharts`, warnings about objects that subcharts of others make count too; with `strict`, those that an empty
    value of the chart can mend, and those about the pods of `helm test`. `full` asks for every case with every version;
    `shard` (k, n) for the k-th of n parts; `api_server` for a real API server that is asked about every object.
    """

    helm: tuple[str, ...] = ()
    kubernetes: tuple[str, ...] = ()
    pattern: str = "*"
    matrix: Path | None = None
    settings: Path | None = None
    offered: bool = False
    generated: int = GENERATED
    seed: int = 1
    full: bool = False
    shard: tuple[int, int] = (1, 1)
    api_server: bool = False
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    subcharts: bool = False
    strict: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing that the settings ask for is left out."""
        narrowed = self.helm or self.kubernetes or self.offered or self.pattern != "*" or self.matrix
        of_rules = self.select or self.ignore
        return not narrowed and not self.own_values and not of_rules and self.shard == (1, 1)

    @property
    def own_values(self) -> bool:
        """Whether the user gave values for this run."""
        return bool(self.values or self.sets)

    @property
    def left_out(self) -> str:
        """What the options leave out of a whole run; empty for a whole one."""
        part, parts = self.shard
        said = {
            f"only Helm {', '.join(self.helm)}": self.helm,
            f"only Kubernetes {', '.join(self.kubernetes)}": self.kubernetes,
            "only the cases that people wrote (--offered), so no covering array": self.offered,
            "only the values of this command (--values, --set)": self.own_values,
            f"only the cases {self.pattern} (--case)": self.pattern != "*",
            f"only the rules {', '.join(self.select)} (--select)": self.select,
            f"without the rules {', '.join(self.ignore)} (--ignore)": self.ignore,
            f"only part {part} of {parts} of the cases (--shard)": parts > 1,
        }
        return "; ".join(text for text, applies in said.items() if applies)

    def may_name(self, start: str) -> bool:
        """Whether the pattern can match a name that starts with this text."""
        plain = re.split(r"[*?\[]", self.pattern, maxsplit=1)[0]
        return plain.startswith(start) or start.startswith(plain)

    def of(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Those of `cases` that the pattern and the shard take."""
        part, parts = self.shard
        chosen = (case for case in cases if fnmatchcase(case.name, self.pattern))
        return islice(chosen, part - 1, None, parts)


@dataclass(frozen=True)
class Selection:
    """The cases of a run. `coverage` is that of the whole covering array; None in a run of the offered cases alone.

    `hostile` are cases with hostile texts; `accepted` is a stream without an end of its own. Some of both contradict
    themselves, and are refused with the words of one of `guards`; `wanted` says how many others of the stream to take.

    `filled` are cases that fill empty values of a chart without a matrix; Helm may refuse some of them.

    `turned` are the origins of the cases in which the gate itself turns switches: it makes values of the schema, and it
    makes a matrix for a chart that has none.
    """

    cases: tuple[Case, ...]
    hostile: tuple[Case, ...]
    accepted: Iterator[Case]
    wanted: int
    guards: tuple[str, ...]
    turned: frozenset[Origin] = frozenset({"schema"})
    coverage: Coverage | None = None
    filled: tuple[FilledCase, ...] = ()

    @property
    def every(self) -> list[Case]:
        """All cases, with as many of the stream as are wanted, which it then has no more."""
        filled = [one.case for one in self.filled]
        return [*self.cases, *filled, *self.hostile, *islice(self.accepted, self.wanted)]


def select(chart: Chart, choice: Choice) -> Selection:
    """The cases for a run; none of a library chart. `chart` has the matrix that `choice` names.

    Raises:
        GateError: the chart or its matrix cannot be read, or no case is left.
    """
    if is_library(chart.files):
        return Selection((), (), iter(()), 0, ())
    if choice.own_values:
        return Selection(_some([_own_case(chart, choice)], choice), (), iter(()), 0, ())
    offered = [*chart.offered_cases, *vendor_cases(chart, choice.kubernetes or chart.settings.kubernetes)]
    if choice.offered:
        return Selection(_some(offered, choice), (), iter(()), 0, ())
    # What cannot match the pattern is not made: it may take many seconds.
    matrix = find_matrix(chart, *_versions(choice))
    coverage = covering_cases(matrix, chart.settings, full=choice.full) if choice.may_name("matrix/") else None
    refused = refused_cases(chart, choice.generated, choice.seed) if choice.may_name("schema/refused-") else []
    hostile: tuple[Case, ...] = ()
    if choice.may_name("schema/hostile-"):
        hostile = tuple(choice.of(hostile_cases(chart, choice.generated // HOSTILE_SHARE, choice.seed)))
    wanted = len(range(choice.shard[0] - 1, choice.generated, choice.shard[1]))
    if not choice.may_name("schema/accepted-"):
        wanted = 0
    stream = accepted_stream(chart, choice.seed) if wanted else iter(())
    if choice.pattern != "*":
        # Which of them contradict themselves is not known yet, so that more may be meant than are wanted.
        stream = islice(stream, 2 * choice.generated)
    accepted = choice.of(stream)
    first = next(accepted, None)
    filled = _filled(chart, choice)
    made = bool(hostile or first or filled)
    cases = _some([*offered, *(coverage.cases if coverage else ()), *refused], choice, enough=made)
    stream = accepted if first is None else _chained(first, accepted)
    turned: frozenset[Origin] = MADE if chart.matrix is None else frozenset({"schema"})
    # Whoever writes a matrix lists the guards that may refuse values; elsewhere each of the chart's own may.
    guards = (OWN_REFUSAL,) if chart.matrix is None else matrix.guards
    return Selection(cases, hostile, stream, wanted, guards, turned, coverage, filled)


def _filled(chart: Chart, choice: Choice) -> tuple[FilledCase, ...]:
    """The cases that fill empty values. Whoever writes a matrix says in it which values matter."""
    if chart.matrix is not None or not choice.may_name("filled/"):
        return ()
    by_case = {one.case: one for one in filled_cases(chart)}
    return tuple(by_case[case] for case in choice.of(by_case))


def named_cases(chart: Chart, choice: Choice) -> list[Case]:
    """The cases whose names match, for commands that look at single ones.

    With values of the user, the one case that has them. Else those that the chart offers, and those of a matrix that
    the user names; where the pattern means none of them, those of the chart's own matrix and of the schema.

    Raises:
        GateError: no case matches, or the chart is a library.
    """
    require_application(chart.files)
    if choice.own_values:
        return list(_some([_own_case(chart, choice)], choice))
    cases = [*chart.offered_cases]
    if choice.matrix:
        cases += covering_cases(find_matrix(chart, *_versions(choice)), chart.settings).cases
    found = list(choice.of(cases))
    if found:
        return found
    selection = select(chart, choice)
    filled = [one.case for one in selection.filled]
    return [*selection.cases, *filled, *selection.hostile, *selection.accepted]


def _own_case(chart: Chart, choice: Choice) -> Case:
    """The case of the values that the user gave for this run."""
    return Case(
        "options",
        "the values of the command line",
        choice.values,
        choice.sets,
        chart.settings.release,
        chart.settings.namespace,
        origin="options",
    )


def _chained(first: Case, others: Iterator[Case]) -> Iterator[Case]:
    yield first
    yield from others


def _versions(choice: Choice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The Helm and the Kubernetes versions that the user asks for; none: those of the matrix."""
    named = {minor_version(version): version for version in choice.kubernetes}
    plain = (minor if full_version(version) == f"{minor}.0" else version for minor, version in named.items())
    return choice.helm, tuple(plain)


def _some(cases: Sequence[Case], choice: Choice, *, enough: bool = False) -> tuple[Case, ...]:
    chosen = tuple(choice.of(cases))
    if not chosen and not enough:
        names = some_of([case.name for case in cases], 60)
        made = "" if choice.offered or choice.own_values else "; others are called matrix/*, filled/* and schema/*"
        raise GateError(f'no case matches "{choice.pattern}": the chart has {names}{made}')
    return chosen
