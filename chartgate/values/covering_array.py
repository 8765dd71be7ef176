"""A covering array: few cases that together have every combination that the groups of a matrix ask for.

Our own, case by case and greedy (AETG, Cohen et al. 1997) over bit sets: allpairspy knows pairs only, and covertable
3.2, which has constraints and groups, was stopped on the matrix of claude-relay after three minutes on a busy machine,
where this takes seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from random import Random

from chartgate.values.matrix import Group, Matrix
from chartgate.values.solver import Solver, bits

ATTEMPTS = 2
"""Candidates of which the best becomes a case: each more takes longer than the few cases that it saves."""


def covering_rows(matrix: Matrix) -> list[dict[str, str]]:
    """The label of each axis, case by case; the same ones for the same matrix."""
    solver = Solver(matrix.axes, matrix.constraints)
    return [solver.columns.named(row) for row in _Builder(solver, matrix.groups).rows()]


class _Builder:
    """The combinations that are still to be covered, and the search for the case that covers most of them."""

    def __init__(self, solver: Solver, groups: Sequence[Group]) -> None:
        self.solver = solver
        self.columns = solver.columns
        self.random = Random(0)
        self.uses: dict[int, int] = {}
        # The largest groups first: they decide how many cases there are, the rest is covered on the way.
        ordered = sorted(groups, key=lambda group: (-group.strength, len(group.axes)))
        self.tables: list[_Table] = []
        self.wanted: list[tuple[dict[int, int], list[int]]] = []
        for group in ordered:
            table: dict[int, int] = {}
            seeds = []
            for combination in self._combinations(group):
                chosen = sum(combination)
                if self.solver.completable(self._within(chosen)):
                    seeds.append(chosen)
                    for bit in combination:
                        table[chosen ^ bit] = table.get(chosen ^ bit, 0) | bit
            self.random.shuffle(seeds)
            columns = sum(self.columns.axis[name] for name in group.axes)
            self.tables.append(_Table(group.strength, columns, table))
            self.wanted.append((table, seeds))

    def rows(self) -> Iterator[int]:
        for table, seeds in self.wanted:
            while seeds:
                seed = seeds[-1]
                first = seed & -seed
                if not table.get(seed ^ first, 0) & first:
                    seeds.pop()
                    continue
                row = max((self._candidate(seed) for _ in range(ATTEMPTS)), key=self._covered)
                self._cover(row)
                for bit in bits(row):
                    self.uses[bit] = self.uses.get(bit, 0) + 1
                yield row

    def _combinations(self, group: Group) -> Iterator[tuple[int, ...]]:
        labels = []
        for name in group.axes:
            mask = self.columns.axis[name]
            only = group.only.get(name)
            labels.append([bit for bit in bits(mask) if only is None or self.columns.named(bit)[name] in only])
        for axes in combinations(labels, group.strength):
            yield from product(*axes)

    def _within(self, chosen: int) -> int:
        """The state in which the axes of the columns `chosen` have these, and all others everything."""
        state = self.solver.root
        for mask in self.columns.axis.values():
            if mask & chosen:
                state &= ~mask | chosen
        return state

    def _candidate(self, seed: int) -> int:
        """A whole case with the columns `seed`, each axis in a random order given the label that covers most."""
        axes = [mask for mask in self.columns.axis.values() if not mask & seed]
        self.random.shuffle(axes)
        return self._extend(self.solver.narrow(self._within(seed), seed), seed, axes)

    def _extend(self, state: int, row: int, axes: Sequence[int]) -> int:
        """`row` with a column of each of `axes`, or 0 where the constraints leave none."""
        if not axes or not state:
            return row if state else 0
        ranked = bits(state & axes[0])
        if len(ranked) > 1:
            parts = self._parts(row)
            gains = {bit: (self._gain(bit, row, parts), -self.uses.get(bit, 0), self.random.random()) for bit in ranked}
            ranked.sort(key=gains.__getitem__, reverse=True)
        for bit in ranked:
            narrowed = self.solver.narrow(state & ~axes[0] | bit, axes[0])
            found = narrowed and self._extend(narrowed, row | bit, axes[1:])
            if found:
                return found
        return 0

    def _parts(self, row: int) -> list[list[int]]:
        """For each table of strength t, every t-2 columns of `row` in it: with a new one they leave one to look up."""
        return [_parts_of(table, row, table.strength - 2) if table.strength > 1 else [] for table in self.tables]

    def _gain(self, bit: int, row: int, parts: list[list[int]]) -> float:
        """How many open combinations the column `bit` completes within `row`."""
        gain = 0.0
        for table, those in zip(self.tables, parts, strict=True):
            if not table.columns & bit:
                continue
            if table.strength == 1:
                gain += bool(table.open.get(0, 0) & bit)
                continue
            found = 0
            for part in those:
                completing = table.open.get(part | bit)
                if completing:
                    found += (completing & row).bit_count()
            gain += found / (table.strength - 1)
        return gain

    def _covered(self, row: int) -> int:
        return sum(
            (table.open.get(part, 0) & row).bit_count()
            for table in self.tables
            for part in _parts_of(table, row, table.strength - 1)
        )

    def _cover(self, row: int) -> None:
        for table in self.tables:
            for key in _parts_of(table, row, table.strength - 1):
                if key in table.open:
                    table.open[key] &= ~row
                    if not table.open[key]:
                        del table.open[key]


@dataclass(frozen=True)
class _Table:
    """What is to be covered of a group: `open` maps all but one column of a combination to those that complete it.

    `columns` are the columns of the group's axes: no other one is in a combination, so that none need be looked up.
    """

    strength: int
    columns: int
    open: dict[int, int]


def _parts_of(table: _Table, row: int, size: int) -> list[int]:
    """Every `size` columns of `row` that are in the table."""
    return [sum(part) for part in combinations(bits(row & table.columns), size)]
