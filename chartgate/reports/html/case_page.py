"""A page a case: verdicts, findings, values, the graph of its references, and its objects."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

from chartgate.findings.finding import Finding
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.reports.html.drawing import Drawing, draw, group
from chartgate.reports.html.graph import references
from chartgate.reports.html.objects import ObjectPages
from chartgate.reports.locations import Location
from chartgate.reports.masking import argument_without_secrets, as_yaml, secret_texts, values_without_secrets
from chartgate.reports.results import Results, cell_of
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import MADE


class CasePages:
    """Writes the cases, and collects the drawings they share."""

    def __init__(
        self, results: Results, ids: Mapping[str, str], objects: ObjectPages, found_at: Mapping[Finding, Location]
    ) -> None:
        self._results = results
        self._ids = ids
        self._objects = objects
        self._found_at = found_at
        self._names = results.told_in_full
        self._drawings: dict[str, Drawing] = {}
        self._drawn: dict[str, tuple[str, Sequence[str]]] = {}

    def page(self, name: str) -> str:
        """The section of one case, hidden until it is the target."""
        case, renders = self._results.cases[name], self._results.renders[name]
        meta = f"release {escape(case.release)} · namespace {escape(case.namespace)}"
        proves = f'<p class="lead">{escape(case.proves)}</p>' if case.proves else ""
        if case.refusal is not None:
            proves += f'<p class="lead">Helm has to refuse it, and to say: <code>{escape(case.refusal)}</code></p>'
        return (
            f'<section class="page case" id="{self._ids[name]}">{self._neighbours(name)}<h1>{escape(name)}</h1>{proves}'
            f'<p class="meta">{meta}</p>{self._verdicts(name)}{self._findings(name)}{self._warnings(renders)}'
            f"{self._values(name)}{self._graphs(renders)}{self._object_list(renders)}</section>"
        )

    def drawings(self) -> str:
        """Each distinct drawing once; the cases show it by <use>."""
        symbols = "".join(f'<symbol id="{key}">{drawing.body}</symbol>' for key, drawing in self._drawings.items())
        return f'<svg id="drawings" width="0" height="0" aria-hidden="true">{symbols}</svg>'

    def finding(self, finding: Finding) -> str:
        """One finding as it stands in lists."""
        location = self._found_at[finding]
        where = f" <code>{escape(finding.where)}</code>" if finding.where else ""
        return (
            f"<p><b>{escape(finding.object)}</b>{where}: {escape(finding.what)}</p>"
            f'<p class="remedy">{escape(finding.remedy)} <span class="meta">{escape(finding.rule)} · '
            f"{escape(location.template)}:{location.line}</span></p>"
        )

    def _neighbours(self, name: str) -> str:
        at = self._names.index(name)
        links = ['<a href="#map">All cases</a>']
        for offset, arrow in ((-1, "←"), (1, "→")):
            if 0 <= at + offset < len(self._names):
                other = self._names[at + offset]
                rel = "prev" if offset < 0 else "next"
                links.append(f'<a href="#{self._ids[other]}" rel="{rel}">{arrow} {escape(other)}</a>')
        return f"<nav>{''.join(links)}</nav>"

    def _verdicts(self, name: str) -> str:
        chips = []
        for check, verdicts in self._results.cells[name].items():
            cell = cell_of(verdicts)
            text = {"failed": f"{len(cell.findings)} found", "passed": f"{cell.examined} ok", "empty": "–"}[
                cell.outcome
            ]
            chips.append(f'<li class="{cell.outcome}"><b>{escape(check)}</b> {text}</li>')
        return f'<ul class="chips">{"".join(chips)}</ul>'

    def _findings(self, name: str) -> str:
        cells = self._results.cells[name]
        found = [finding for verdicts in cells.values() for finding in cell_of(verdicts).findings]
        parts = []
        if found:
            items = "".join(f"<li>{self.finding(finding)}</li>" for finding in found)
            parts.append(f'<h2>Findings <i>{len(found)}</i></h2><ul class="findings">{items}</ul>')
        reasons: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for acceptance in self._results.acceptances_of(name):
            finding = acceptance.finding
            reasons[finding.rule, finding.what, acceptance.reason].append(finding.object)
        if reasons:
            items = "".join(
                f"<li><p><b>{escape(rule)}</b> {escape(what)}: {escape(', '.join(dict.fromkeys(objects)))}</p>"
                f'<p class="remedy">{escape(reason)}</p></li>'
                for (rule, what, reason), objects in reasons.items()
            )
            summary = f"<summary>Accepted exceptions <i>{len(reasons)}</i></summary>"
            parts.append(f'<details>{summary}<ul class="findings accepted">{items}</ul></details>')
        return "".join(parts)

    def _warnings(self, renders: Sequence[Rendered]) -> str:
        lines = dict.fromkeys(line for rendered in renders for line in rendered.release.warnings)
        return f"<h2>Warnings</h2><pre>{escape(chr(10).join(lines))}</pre>" if lines else ""

    def _values(self, name: str) -> str:
        case = self._results.cases[name]
        secrets = secret_texts(obj for rendered in self._results.renders[name] for obj in rendered.release)
        # A program writes JSON; people read YAML.
        texts = [as_yaml(read_one(text)) if case.origin in MADE else text for text in case.values]
        texts = [values_without_secrets(text, secrets) for text in texts]
        sets = [argument_without_secrets(text, secrets) for text in case.sets]
        texts.append("\n".join(" ".join(pair) for pair in zip(sets[::2], sets[1::2], strict=False)))
        shown = "".join(f"<pre>{escape(text, quote=False)}</pre>" for text in texts if text.strip())
        return f"<h2>Values</h2>{shown or '<p class=none>None beside the defaults of the chart.</p>'}"

    def _graphs(self, renders: Sequence[Rendered]) -> str:
        versions: defaultdict[str, list[str]] = defaultdict(list)
        alone: dict[str, Sequence[str]] = {}
        # The newest versions come last, and are what most people install.
        for rendered in reversed(renders):
            if len(rendered.release):
                key, alone_here = self._draw(rendered)
                versions[key].append(_versions(rendered))
                alone.setdefault(key, alone_here)
        parts = [self._graph(key, alone[key], names, first=not at) for at, (key, names) in enumerate(versions.items())]
        return f"<h2>How the objects refer to each other</h2>{_KINDS}{''.join(parts)}" if parts else ""

    def _graph(self, key: str, alone: Sequence[str], versions: Sequence[str], *, first: bool) -> str:
        drawing = self._drawings.get(key)
        figure = '<p class="none">No object refers to another.</p>'
        if drawing:
            size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
            label = 'role="img" aria-label="Graph of references"'
            figure = f'<div class="wide"><svg class="graph" {size} {label}><use href="#{key}"/></svg></div>'
        if alone:
            figure += f'<p class="meta">On their own: {escape(", ".join(alone))}</p>'
        caption = escape("; ".join(sorted(versions)))
        if first:
            return f"<figure>{figure}<figcaption>{caption}</figcaption></figure>"
        return f"<details><summary>Different with {caption}</summary>{figure}</details>"

    def _draw(self, rendered: Rendered) -> tuple[str, Sequence[str]]:
        """The key of the release's drawing, and the objects that are not in it."""
        release = rendered.release
        if release.digest not in self._drawn:
            edges = references(release)
            refs = [obj.ref for obj in release]
            connected = {ref for edge in edges for ref in (edge.source, edge.target)}
            drawing = draw(refs, edges)
            key = f"g-{hashlib.sha256((drawing.body if drawing else '').encode(errors='replace')).hexdigest()[:12]}"
            if drawing:
                self._drawings[key] = drawing
            self._drawn[release.digest] = key, [ref for ref in dict.fromkeys(refs) if ref not in connected]
        return self._drawn[release.digest]

    def _object_list(self, renders: Sequence[Rendered]) -> str:
        variants: defaultdict[str, dict[str, list[Rendered]]] = defaultdict(dict)
        objects: dict[str, KubeObject] = {}
        for rendered in renders:
            for obj in rendered.release:
                key = self._objects.keep(obj)
                objects[key] = obj
                variants[obj.ref].setdefault(key, []).append(rendered)
        if not variants:
            return ""
        total = len(renders)
        rows = []
        for ref in sorted(variants):
            for key, seen in variants[ref].items():
                obj = objects[key]
                note = "" if len(seen) == total else f"<small>{escape('; '.join(map(_versions, seen)))}</small>"
                rows.append(
                    f'<li><a class="object {group(obj.kind)}" href="#{key}" data-ref="{escape(ref)}">'
                    f"<small>{escape(obj.kind)}</small> {escape(obj.name)}</a> "
                    f"<code>{escape(obj.template)}</code>{note}</li>"
                )
        return f'<h2>Objects <i>{len(rows)}</i></h2><ul class="objects">{"".join(rows)}</ul>'


def _versions(rendered: Rendered) -> str:
    return f"Helm {rendered.release.helm_version}, Kubernetes {rendered.release.kube_version}"


_KINDS = (
    '<p class="legend kinds"><i class="workload"></i>workloads<i class="network"></i>network<i class="config"></i>'
    'configuration and storage<i class="identity"></i>identity<i class="other"></i>others'
    '<i class="outside"></i>not made by the chart</p>'
)
