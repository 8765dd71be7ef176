"""Values that have no effect, and mistakes of the schema: the findings of `chartgate live`."""

from collections.abc import Iterable, Iterator, Mapping

from chartgate.findings.acceptance import Judged, accept, covers
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.finding import Finding
from chartgate.findings.runner import finding_of
from chartgate.releases.live_effects import Effect
from chartgate.values.chart import Chart
from chartgate.values.schema_strength import impossible, loose
from chartgate.values.shape import Place, dotted
from chartgate.values.unknown_reads import unknown_reads

_UNREAD = (
    "in the cases that were tried, other values at this place change no object, and the chart refuses none of them"
)

CHECK = Check(
    key="live",
    title="Values have an effect, and the schema refuses wrong ones",
    why="A user who sets a value that nothing reads, or misspells a value, gets no error and no effect.",
    source="Helm documentation, Best Practices, Values",
    scopes=(),
    about="values",
    severity="warning",
    rules={
        "unread": Rule(
            _UNREAD,
            "read it in a template, add a case in `ci/` in which it has an effect, or remove it from values.yaml and "
            "values.schema.json",
            "values.yaml has replicaCount, and the Deployment has `replicas: 1`",
        ),
        "unknown": Rule(
            "a template reads a value that is neither in values.yaml or its comments nor in values.schema.json; or a "
            "value that the schema refuses",
            "correct the name, or add the value to values.yaml and values.schema.json",
            "a template has `.Values.replicas`, and values.yaml has replicaCount",
        ),
        "impossible": Rule(
            "values.schema.json accepts neither the default at this place nor any generated value",
            "correct the bounds, the pattern or the enum",
            "port: {type: integer, minimum: 1024, maximum: 80}",
        ),
        "loose": Rule(
            "values.schema.json accepts values of every type at this place, so Helm reports no wrong value",
            "give it a type",
            "port: {description: the port of the Service}",
            severity="note",
        ),
    },
)


def judge_live(chart: Chart, effects: Mapping[Place, Effect | None]) -> Judged:
    """The findings about places of the values, without those that `exceptions` of the settings accept.

    Args:
        effects: what shows that the value of a place is read; None where nothing does.
    """
    return accept((), list(_findings(chart, effects)), chart.settings.of_check(CHECK.key))


def accepted_unread(chart: Chart, places: Iterable[Place]) -> list[Place]:
    """The places that nothing has to read, by `exceptions` of the settings."""
    entries = chart.settings.of_check(CHECK.key).exceptions
    return [place for place in places if any(covers(entry, _finding("unread", place)) for entry in entries)]


def _findings(chart: Chart, effects: Mapping[Place, Effect | None]) -> Iterator[Finding]:
    yield from (_finding("unread", place) for place, effect in effects.items() if effect is None)
    if chart.shape:
        yield from (_finding("impossible", place) for place in impossible(chart.shape))
        yield from (_finding("loose", place) for place in loose(chart.shape))
    for read in unknown_reads(chart):
        fault = Fault("unknown", f"{read.template}:{read.line}", _WHAT["unknown"])
        yield finding_of(CHECK, fault, dotted(read.path))


def _finding(rule: str, place: Place) -> Finding:
    return finding_of(CHECK, Fault(rule, "", _WHAT[rule]), dotted(place.path))


_WHAT = {
    "unread": _UNREAD,
    "unknown": "is read here, and neither values.yaml nor values.schema.json declares it",
    "impossible": "values.schema.json accepts neither the default nor any generated value",
    "loose": "values.schema.json accepts everything",
}
