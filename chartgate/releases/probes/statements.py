"""Probes in statements: the arms of branches, definitions, and whole files."""

from collections.abc import Collection
from dataclasses import dataclass

from chartgate.releases.probes.edits import Edits
from chartgate.releases.probes.expressions import Expressions
from chartgate.releases.probes.filled import Filled, filled_in
from chartgate.releases.probes.points import Points
from chartgate.releases.probes.words import (
    BEGIN_DEFINITION,
    END_FILE,
    SUFFIX,
    begin_file,
    find,
    noted,
    otherwise,
    probe,
    shim,
)
from chartgate.tools.templates.nodes import (
    Action,
    Branch,
    Definition,
    Node,
    Template,
    TemplateCall,
    is_empty,
)

_WAYS = {
    "if": ("not empty", "empty"),
    "with": ("not empty", "empty"),
    "range": ("has an entry", "has none"),
}


@dataclass
class Statements:
    """Puts probes into the templates of one file. `counting` are the names of the definitions that take the counts."""

    edits: Edits
    points: Points
    counting: Collection[str]

    def file(self, template: Template, *, is_rendered: bool) -> None:
        """Put probes into the whole file.

        Args:
            is_rendered: Helm renders the file itself; it does not render partials.
        """
        self.edits.insert(0, begin_file())
        if is_rendered and not is_empty(template.body):
            counter = self.points.counter()
            first = Node(0, 0)
            self.points.add(first, "file", "is rendered", counter)
            self.edits.insert(0, probe(counter))
        self._body(template.body, self._expressions(handed=False), self._filled(template.body), own=True)
        self.edits.insert(template.end, END_FILE)

    def _expressions(self, *, handed: bool) -> Expressions:
        return Expressions(self.edits, self.points, self.counting, handed)

    def _filled(self, body: Collection[Node]) -> Filled:
        return filled_in(self.points.source, body)

    def _body(self, body: Collection[Node], within: Expressions, filled: Filled, *, own: bool) -> None:
        for node in body:
            match node:
                case Action():
                    within.pipeline(node.pipeline, own=own)
                case Branch():
                    self._branch(node, within, filled, own=own)
                case TemplateCall():
                    self._call(node, within, own=own)
                case Definition():
                    self._definition(node, within, own=own)

    def _branch(self, branch: Branch, within: Expressions, filled: Filled, *, own: bool) -> None:
        full, empty = _WAYS[branch.keyword]
        changes_dot = branch.keyword != "if"
        for arm in branch.arms:
            counter = self.points.counter()
            self.points.add(arm.tag, branch.keyword, full if arm.condition else empty, counter)
            if arm.condition:
                within.pipeline(arm.condition, own=own)
            self.edits.insert(arm.tag.end, probe(counter, trims_after=arm.tag.trims_after))
            inside = filled.within(branch.keyword, arm)
            self._body(arm.body, within, inside, own=own and not (changes_dot and arm.condition))
        if not branch.has_else and not _always_has_entries(branch, filled):
            counter = self.points.counter()
            self.points.add(branch.arms[-1].tag, branch.keyword, empty, counter)
            self.edits.insert(branch.closing.start, otherwise(counter, trims_before=branch.closing.trims_before))

    def _call(self, call: TemplateCall, within: Expressions, *, own: bool) -> None:
        pipeline = call.pipeline
        known = call.name.value in self.counting and not (pipeline and pipeline.variables)
        if not known:
            if pipeline:
                within.pipeline(pipeline, own=own)
            return
        counter = self.points.counter()
        self.points.add(call.tag, "include", "is called", counter)
        beside = f'dict "probes" {noted(counter)}'
        self.edits.insert(call.name.end - 1, SUFFIX)
        if pipeline is None:
            self.edits.insert(call.name.end, f" ({beside})")
            return
        self.edits.insert(pipeline.start, f'({beside} "data" (')
        within.pipeline(pipeline, own=own)
        self.edits.insert(pipeline.end, "))")

    def _definition(self, definition: Definition, within: Expressions, *, own: bool) -> None:
        if definition.pipeline:
            within.pipeline(definition.pipeline, own=own)
        if is_empty(definition.body):
            return
        counter = self.points.counter()
        self.points.add(definition.tag, "define", "is called", counter)
        begin = probe(counter, trims_after=definition.tag.trims_after)
        if definition.pipeline:
            # A block is called at its own place, with its data alone.
            self.edits.insert(definition.tag.end, find(".") + begin)
            self._body(definition.body, self._expressions(handed=False), self._filled(definition.body), own=True)
            return
        name = self.points.source[definition.name.start : definition.name.end].decode()
        counting = f"{name[:-1]}{SUFFIX}{name[-1]}"
        self.edits.insert(definition.tag.end, shim(counting) + BEGIN_DEFINITION + begin)
        self._body(definition.body, self._expressions(handed=True), self._filled(definition.body), own=True)


def _always_has_entries(branch: Branch, filled: Filled) -> bool:
    """Whether a range goes through what is never empty."""
    condition = branch.arms[0].condition
    return branch.keyword == "range" and condition is not None and filled.has_entries(condition)
