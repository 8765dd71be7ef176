"""A covering array: few cases that together have every combination that the groups of a matrix ask for.

Our own, case by case and greedy (AETG, Cohen et al. 1997) over bit sets: allpairspy knows pairs only, and covertable
3.2, which has constraints and groups, was stopped on the matrix of claude-relay after three minutes on a busy machine,
where this takes seconds.
"""

from collections.abc import Iterator, Sequence
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
    """The combinations that are still to be covered, and the search for the case that covers most of them.

    `open` maps all but one column of a combination to the columns that complete it.
    """

    def __init__(self, solver: Solver, groups: Sequence[Group]) -> None:
        self.solver = solver
        self.columns = solver.columns
        self.random = Random(0)
        self.uses: dict[int, int] = {}
        # The largest groups first: they decide how many cases there are, the rest is covered on the way.
        ordered = sorted(groups, key=lambda group: (-group.strength, len(group.axes)))
        self.strengths = {id(group): group.strength for group in ordered}
        self.tables: list[tuple[int, dict[int, int]]] = []
        self.wanted: list[tuple[int, dict[int, int], list[int]]] = []
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
            self.tables.append((group.strength, table))
            self.wanted.append((group.strength, table, seeds))

    def rows(self) -> Iterator[int]:
        for _, table, seeds in self.wanted:
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

    def _parts(self, row: int) -> dict[int, list[int]]:
        """For each strength t, every t-2 columns of `row`: with a new column they leave one more to look up."""
        columns = bits(row)
        return {
            strength: [sum(part) for part in combinations(columns, strength - 2)]
            for strength, _ in self.tables
            if strength >= 2
        }

    def _gain(self, bit: int, row: int, parts: dict[int, list[int]]) -> float:
        """How many open combinations the column `bit` completes within `row`."""
        gain = 0.0
        for strength, table in self.tables:
            if strength == 1:
                gain += bool(table.get(0, 0) & bit)
                continue
            found = 0
            for part in parts[strength]:
                completing = table.get(part | bit)
                if completing:
                    found += (completing & row).bit_count()
            gain += found / (strength - 1)
        return gain

    def _covered(self, row: int) -> int:
        columns = bits(row)
        return sum(
            (table.get(sum(part), 0) & row).bit_count()
            for strength, table in self.tables
            for part in combinations(columns, strength - 1)
        )

    def _cover(self, row: int) -> None:
        columns = bits(row)
        for strength, table in self.tables:
            for part in combinations(columns, strength - 1):
                key = sum(part)
                if key in table:
                    table[key] &= ~row
                    if not table[key]:
                        del table[key]
