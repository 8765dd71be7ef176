"""`chartgate convert-values CHART FILE`: converts values of an earlier version of a chart to this version."""

import json
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, named_file
from chartgate.commands.words import Parser
from chartgate.errors import GateError
from chartgate.reports.files import STDOUT, require_writable, write_report
from chartgate.tools.commented_yaml import edited, lost_comments
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.progress import say
from chartgate.tools.reading import Reading
from chartgate.tools.version_ranges import read_version
from chartgate.values.chart import Chart, read_chart
from chartgate.values.ci_cases import values_text
from chartgate.values.conversions import Note, changes_between, convert, read_conversions
from chartgate.values.shape import values_text as as_json


def add_arguments(parser: Parser) -> None:
    add_chart(parser, text="the new chart, which has the file conversions.yaml")
    parser.add_argument("file", type=Path, metavar="FILE", help="the values file; - is standard input")
    parser.add_argument(
        "--from",
        type=_version,
        required=True,
        dest="before",
        metavar="VERSION",
        help="version of the chart that the values are for, as `helm list` shows it",
    )
    parser.add_argument(
        "--to",
        type=_version,
        dest="after",
        metavar="VERSION",
        help="version to convert to (default: that of the chart)",
    )
    parser.add_argument(
        "--output", type=Path, default=STDOUT, metavar="FILE", help="where the new values go (standard output)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the file of --output if there is one")


def run(options: Namespace) -> int:
    """Write the converted values. The exit code is 1 if the user has to change something by hand."""
    require_writable([options.output])
    if options.output.is_file() and not options.overwrite:
        raise GateError(f"{options.output} exists: name another file, or add --overwrite")
    chart = read_chart(options.chart)
    own = str(chart.files.mapping("Chart.yaml").get("version", ""))
    after = options.after or own
    changes = changes_between(read_conversions(chart.folder, Reading()), options.before, after)
    if read_version(after) > read_version(own):
        raise GateError(f"{after} is newer than the chart, which is {own}: name a chart of version {after}")
    text = values_text(named_file(options.file), Reading(), may_be_pipe=True)
    read, repeated = read_values(text)
    for key, line in repeated:
        say(f"line {line}: the key {key} appears again below, and Helm uses the last one: the first one is left out")
    # A copy without shared parts: what an alias repeats is changed in one place only.
    values = json.loads(json.dumps(read or {}))
    notes = convert(values, changes)
    result = edited(text, lambda document: convert(document, changes), values) if notes else text
    for note in notes:
        if not note.by_hand:
            say(f"{note.path}: {note.text}")
    _tell_of_comments(text, result)
    undone = [note for note in notes if note.by_hand]
    if after == own:
        undone += _refused(chart, values)
    for note in undone:
        say(f"to do by hand: {note.path}: {note.text}")
    write_report(options.output, (as_json(values) + "\n" if result is None else result).encode())
    return FINDINGS if undone else CLEAN


def _tell_of_comments(text: str, result: str | None) -> None:
    if result is None:
        say("the values are written as JSON without comments, because the file cannot be edited safely")
    elif lost := lost_comments(text, result):
        say(f"comments beside changed values are not kept: lines {', '.join(map(str, lost))} of the file")


def _refused(chart: Chart, values: dict[str, object]) -> list[Note]:
    """The message of the chart's schema if it refuses the converted values."""
    misfits = chart.shape.misfits(values) if chart.shape else []
    return [Note(place, f"the chart refuses the value: {what}: correct it", by_hand=True) for place, what in misfits]


def _version(text: str) -> str:
    try:
        read_version(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{error}, such as 1.0.0") from error
    return text


COMMAND = Command("convert-values", "convert a values file of an earlier version of a chart", add_arguments, run)
