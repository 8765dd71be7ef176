"""Renders with and without probes: what the probes count, and whether they change the output."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chartgate.releases.jobs import Job
from chartgate.releases.manifests import split_output
from chartgate.releases.probes.words import MARK, PRINTED
from chartgate.releases.release import Release
from chartgate.releases.render import Asked, RenderError, library_answer, objects_of, texts_of
from chartgate.releases.rendered import in_short
from chartgate.releases.upgrade import upgrade_answer
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.schemas import full_version
from chartgate.tools.served_api_versions import served_api_versions

_COUNTS = re.compile(rf"\n{MARK}(\{{.*?\}})(?:\n|$)")
_PRINTED = re.compile(PRINTED)
_PLACE = re.compile(r"(?<=[\w.]):\d+(:\d+)?")


@dataclass(frozen=True)
class Printed:
    """The result of a render: the output of each template, or Helm's refusal, and the counts of the probes.

    Output and refusal are compressed (`packed`), because a run keeps thousands.

    Args:
        why_refused: the beginning of Helm's words, for a notice; empty if Helm did not refuse.
    """

    packed: bytes
    counts: Mapping[str, int] = field(default_factory=dict)
    why_refused: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether Helm refused."""
        return bool(self.why_refused)

    @property
    def said(self) -> tuple[dict[str, str], str]:
        """The output of each template by its name, and the refusal; it is empty if Helm did not refuse."""
        texts, refusal = json.loads(zlib.decompress(self.packed))
        return texts, refusal


def printed(chart: ChartFiles, job: Job, api_versions: tuple[str, ...] = (), *, cached: bool = False) -> Printed:
    """Render a case by Helm's library, the notes included.

    Args:
        cached: take a known answer, with the generated texts of that time.

    Raises:
        Inexpressible: Helm's library has no equivalent of an argument of the case.
        GateError: the library cannot be used.
    """
    case = job.case
    told = (*served_api_versions(job.exact), *api_versions, *case.api_versions)
    asked = Asked(chart, texts_of(case.values), case.sets, case.release, case.namespace, full_version(job.exact), told)
    answer = library_answer(asked, cached=cached)
    texts, counts = _without_counts(dict(answer["sources"]))
    refusal, at_the_end = _without_counts({"": answer["error"]})
    return _packed({name: text for name, text in texts.items() if text.strip()}, refusal[""], counts + at_the_end)


def upgraded(chart: ChartFiles, job: Job, installed: Release, api_versions: tuple[str, ...] = ()) -> Printed:
    """Render the upgrade of an installed release by a Helm program. The output has an object a line.

    Raises:
        GateError: Helm cannot be run.
    """
    answer = upgrade_answer(chart, job, installed, api_versions, cached=False)
    # A mark may be all that Helm prints of a template, between the name of that template and the next one.
    told, counts = _without_counts({"manifests": answer["manifests"], "error": answer["error"]}, instead="\n")
    try:
        made = objects_of(told["error"], split_output(told["manifests"]), job.case.namespace)
    except RenderError as error:
        return _packed({}, str(error), counts)
    lines = [json.dumps([obj.template, obj.manifest], sort_keys=True) for obj in made]
    return _packed({"objects of the upgrade": "\n".join(lines)}, "", counts)


def _without_counts(marked: Mapping[str, str], instead: str = "") -> tuple[dict[str, str], Counter[str]]:
    """Texts with `instead` in place of the lines of the probes, and the sum of the counts in these lines."""
    counts: Counter[str] = Counter()
    for text in marked.values():
        for found in _COUNTS.findall(text):
            counts.update(json.loads(found))
    return {name: _PRINTED.sub("", _COUNTS.sub(instead, text)) for name, text in marked.items()}, counts


def _packed(texts: Mapping[str, str], refusal: str, counts: Mapping[str, int]) -> Printed:
    packed = zlib.compress(json.dumps([texts, _same_words(refusal)]).encode(), 1)
    return Printed(packed, counts, in_short(refusal))


def _same_words(refusal: str) -> str:
    """A refusal without positions and names, which probes change."""
    words = _PLACE.sub("", refusal).strip()
    if "execution error at" in words:
        return words
    # Helm also names the expressions around the one that failed.
    *_, last = words.splitlines() or [""]
    return last.rpartition(">: ")[2].strip()


def difference(plain: Printed, again: Printed, probed: Printed) -> str:
    """How a render with probes differs from two without; empty if no other lines differ
    than between those two.
    """
    (first, refusal), (second, _), (third, other) = (one.said for one in (plain, again, probed))
    if other != refusal:
        return f"Helm says {other or 'nothing'!r}, and without probes {refusal or 'nothing'!r}"
    for name in sorted({*first, *third}):
        lines: list[Any] = [texts.get(name, "").splitlines() for texts in (first, second, third)]
        if len({len(some) for some in lines}) > 1:
            return f"{name}: {len(lines[2])} lines, and {len(lines[0])} without probes"
        for number, (before, once_more, after) in enumerate(zip(*lines, strict=True), 1):
            if before == once_more != after:
                return f"{name}: line {number} of the output: {after!r}, and {before!r} without probes"
    return ""
