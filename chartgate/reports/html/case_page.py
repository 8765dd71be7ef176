"""What the page of a case shows: verdicts, findings, values, the graph of its references, and its objects."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chartgate.findings.finding import Finding
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.reports.html.drawing import Drawing, draw
from chartgate.reports.html.graph import references
from chartgate.reports.json_report import object_key
from chartgate.reports.masking import as_yaml
from chartgate.reports.results import Cell, Results
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import MADE, Case


@dataclass(frozen=True)
class AcceptedFindings:
    """Findings that chartgate.yaml accepts for one reason."""

    rule: str
    what: str
    reason: str
    objects: Sequence[About]


@dataclass(frozen=True)
class Graph:
    """How the objects refer to each other with some versions; `drawing` is None where none refers to another."""

    key: str
    drawing: Drawing | None
    alone: Sequence[About]
    versions: str


@dataclass(frozen=True)
class ListedObject:
    """An object of the case, the fragment of its page, and the versions that make it; empty when all do."""

    key: str
    obj: KubeObject
    versions: str


@dataclass(frozen=True)
class CasePage:
    """All that the page of a case shows; `previous` and `following` are the names of its neighbours."""

    name: str
    case: Case
    previous: str | None
    following: str | None
    cells: Mapping[str, Cell]
    findings: Sequence[Finding]
    accepted: Sequence[AcceptedFindings]
    warnings: Sequence[str]
    values: Sequence[str]
    graphs: Sequence[Graph]
    objects: Sequence[ListedObject]


class CasePages:
    """Makes the pages of the cases `names`, and collects the objects and drawings that they share, each once."""

    def __init__(self, results: Results, names: Sequence[str]) -> None:
        self._results = results
        self._names = names
        self.drawings: dict[str, Drawing] = {}
        self.objects: dict[str, KubeObject] = {}
        self._drawn: dict[str, tuple[str, Sequence[About]]] = {}
        # Objects are shared between renders; hashing each once is what makes a thousand cases cheap.
        self._object_keys: dict[str, str] = {}

    def page(self, name: str) -> CasePage:
        """The page of one case."""
        at, renders = self._names.index(name), self._results.renders[name]
        cells = self._results.cells[name]
        return CasePage(
            name,
            self._results.cases[name],
            self._names[at - 1] if at else None,
            self._names[at + 1] if at + 1 < len(self._names) else None,
            cells,
            [finding for cell in cells.values() for finding in cell.findings],
            self._accepted(name),
            list(dict.fromkeys(line for rendered in renders for line in rendered.release.warnings)),
            self._values(name),
            self._graphs(renders),
            self._listed(renders),
        )

    def _accepted(self, name: str) -> list[AcceptedFindings]:
        objects: defaultdict[tuple[str, str, str], list[About]] = defaultdict(list)
        for acceptance in self._results.acceptances_of(name):
            finding = acceptance.finding
            objects[finding.rule, finding.what, acceptance.reason].append(finding.about)
        return [AcceptedFindings(*about, list(dict.fromkeys(refs))) for about, refs in objects.items()]

    def _values(self, name: str) -> list[str]:
        case = self._results.cases[name]
        # A program writes JSON; people read YAML.
        texts = [as_yaml(read_one(text)) if case.origin in MADE else text for text in self._results.shown_values(name)]
        sets = self._results.shown_sets(name)
        texts.append("\n".join(" ".join(pair) for pair in zip(sets[::2], sets[1::2], strict=False)))
        return [text for text in texts if text.strip()]

    def _graphs(self, renders: Sequence[Rendered]) -> list[Graph]:
        versions: defaultdict[str, list[str]] = defaultdict(list)
        alone: dict[str, Sequence[About]] = {}
        # The newest versions come last, and are what most people install.
        for rendered in reversed(renders):
            if len(rendered.release):
                key, alone_here = self._draw(rendered)
                versions[key].append(_versions(rendered))
                alone.setdefault(key, alone_here)
        return [
            Graph(key, self.drawings.get(key), alone[key], "; ".join(sorted(names))) for key, names in versions.items()
        ]

    def _draw(self, rendered: Rendered) -> tuple[str, Sequence[About]]:
        """The key of the release's drawing, and the objects that are not in it."""
        release = rendered.release
        if release.digest not in self._drawn:
            edges = references(release)
            made = [obj.about.by_name for obj in release]
            connected = {end for edge in edges for end in (edge.source, edge.target)}
            drawing = draw(made, edges)
            key = f"g-{hashlib.sha256((drawing.body if drawing else '').encode(errors='replace')).hexdigest()[:12]}"
            if drawing:
                self.drawings[key] = drawing
            self._drawn[release.digest] = key, [one for one in dict.fromkeys(made) if one not in connected]
        return self._drawn[release.digest]

    def _listed(self, renders: Sequence[Rendered]) -> list[ListedObject]:
        seen: defaultdict[About, dict[str, list[Rendered]]] = defaultdict(dict)
        for rendered in renders:
            for obj in rendered.release:
                seen[obj.about].setdefault(self._keep(obj), []).append(rendered)
        return [
            ListedObject(
                key, self.objects[key], "" if len(makers) == len(renders) else "; ".join(map(_versions, makers))
            )
            for about in sorted(seen)
            for key, makers in seen[about].items()
        ]

    def _keep(self, obj: KubeObject) -> str:
        """The fragment of the object's page, such as "o-0a1b…"; equal objects have one page."""
        content = f"{obj.template} {obj.digest}"
        if content not in self._object_keys:
            self._object_keys[content] = f"o-{object_key(obj)}"
        key = self._object_keys[content]
        self.objects.setdefault(key, obj)
        return key


def _versions(rendered: Rendered) -> str:
    return f"Helm {rendered.release.helm_version}, Kubernetes {rendered.release.kube_version}"
