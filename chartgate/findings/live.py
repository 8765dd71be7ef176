"""What nothing reads of the values is a finding: `chartgate live` looks for it, since it takes renders of its own."""

from collections.abc import Iterator, Mapping

from chartgate.findings.acceptance import Judged, accept
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.finding import Finding
from chartgate.findings.runner import finding_of
from chartgate.releases.live_effects import Effect
from chartgate.values.chart import Chart
from chartgate.values.schema_strength import impossible, loose
from chartgate.values.shape import Place, dotted
from chartgate.values.unknown_reads import unknown_reads

CHECK = Check(
    key="live",
    title="Values do something, and the schema tells mistakes in them",
    why="Whoever sets a value that nothing reads, or misspells one, believes that it does something.",
    source="Helm documentation, Best Practices, Values",
    scopes=(),
    about="values",
    severity="warning",
    rules={
        "unread": Rule(
            "another value at this place changes no object in any case, and the chart never refuses it",
            "read it in a template, or remove it from values.yaml and values.schema.json",
            "values.yaml has replicaCount, and the Deployment has `replicas: 1`",
        ),
        "unknown": Rule(
            "a template reads a value that neither values.yaml, be it in a comment, nor values.schema.json has; or one "
            "that a closed schema refuses",
            "correct the name, or add the value to values.yaml and values.schema.json",
            "a template has `.Values.replicas`, and values.yaml has replicaCount",
        ),
        "impossible": Rule(
            "values.schema.json accepts no value at this place that the default or the schema itself gives",
            "correct the bounds, the pattern or the enum",
            "port: {type: integer, minimum: 1024, maximum: 80}",
        ),
        "loose": Rule(
            "values.schema.json accepts values of every type at this place, so that Helm tells no mistake",
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


def _findings(chart: Chart, effects: Mapping[Place, Effect | None]) -> Iterator[Finding]:
    shape = chart.shape
    unread = (place for place, effect in effects.items() if effect is None)
    for rule, what, places in (
        ("unread", "another value changes no object in any case, and the chart never refuses it", unread),
        (
            "impossible",
            "values.schema.json accepts neither the default nor any value that is made of it",
            impossible(shape) if shape else (),
        ),
        ("loose", "values.schema.json accepts everything", loose(shape) if shape else ()),
    ):
        for place in places:
            yield finding_of(CHECK, Fault(rule, "", what), dotted(place.path))
    for read in unknown_reads(chart):
        where = f"{read.template}:{read.line}"
        what = "is read here, and neither values.yaml nor values.schema.json lets anybody set it"
        yield finding_of(CHECK, Fault("unknown", where, what), dotted(read.path))
