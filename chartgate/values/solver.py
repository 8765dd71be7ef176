"""Which combinations of labels the constraints of a matrix leave open.

A column is one label of one axis, a bit of its own; a state is the set of columns that are still open, an int. A case
is a state with one column an axis.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from chartgate.values.matrix import Axis, Constraint


class Columns:
    """The bits of the axes and their labels."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.names: list[tuple[str, str]] = [(axis.name, label) for axis in axes for label in axis.labels]
        self.bit: dict[tuple[str, str], int] = {name: 1 << index for index, name in enumerate(self.names)}
        self.axis: dict[str, int] = {
            axis.name: sum(self.bit[axis.name, label] for label in axis.labels) for axis in axes
        }
        self.all = (1 << len(self.names)) - 1

    def named(self, state: int) -> dict[str, str]:
        """Axis and label of each column in `state`."""
        return dict(name for index, name in enumerate(self.names) if state >> index & 1)

    def state(self, labels: Mapping[str, str]) -> int:
        """The state in which these axes have these labels, and all others everything."""
        state = self.all
        for name, label in labels.items():
            state &= ~self.axis[name] | self.bit[name, label]
        return state


class Solver:
    """Says whether a choice of some labels can be completed to a case that has no forbidden combination."""

    def __init__(self, axes: Sequence[Axis], constraints: Sequence[Constraint]) -> None:
        self.columns = Columns(axes)
        # Of each forbidden combination: for each axis all its columns, and those that count.
        rules = [
            [
                (self.columns.axis[name], sum(self.columns.bit[name, label] for label in labels))
                for name, labels in constraint.when
            ]
            for constraint in constraints
        ]
        self._index(rules)
        self.root = self.narrow(self.columns.all, self.columns.all)
        """The columns that may occur at all."""
        # What the root settles for good need not be asked again.
        self._index([rule for rule in rules if all(self.root & counting for _, counting in rule)])
        self._answer = lru_cache(maxsize=None)(self._search)

    def narrow(self, state: int, changed: int) -> int:
        """`state` without the columns that the constraints rule out, or 0 where nothing is left for an axis.

        `changed` are the columns of the axes that have just been narrowed.
        """
        pending = [rule for mask, rules in self._about.items() if mask & changed for rule in rules]
        while pending:
            rule = pending.pop()
            free = [(axis, counting) for axis, counting in rule if state & axis & ~counting]
            if not free:
                return 0
            if len(free) == 1:
                axis, counting = free[0]
                if state & counting:
                    # Every other axis has the combination already, so that this one must not.
                    state &= ~counting
                    pending += self._about[axis]
        return state

    def completable(self, state: int) -> bool:
        """Whether some case lies within `state`."""
        state &= self.root
        if not all(state & axis for axis in self.columns.axis.values()):
            return False
        # Axes that no constraint links do not matter to each other, so that few questions are new.
        return all(self._answer(state & linked, linked) for linked in self._linked)

    def _search(self, state: int, changed: int) -> bool:
        narrowed = self.narrow(state, changed)
        if not narrowed:
            return False
        several = [axis for axis in self._about if (narrowed & axis).bit_count() > 1]
        if not several:
            return True
        axis = min(several, key=lambda mask: (narrowed & mask).bit_count())
        return any(self._search(narrowed & ~axis | bit, axis) for bit in bits(narrowed & axis))

    def _index(self, rules: list[list[tuple[int, int]]]) -> None:
        """Find rules by the axes they are about, and the sets of axes that rules link with each other."""
        self._about: dict[int, list[list[tuple[int, int]]]] = {}
        self._linked: list[int] = []
        for rule in rules:
            together = sum(axis for axis, _ in rule)
            for axis, _ in rule:
                self._about.setdefault(axis, []).append(rule)
            for linked in [linked for linked in self._linked if linked & together]:
                self._linked.remove(linked)
                together |= linked
            self._linked.append(together)


def bits(state: int) -> list[int]:
    """The columns of `state`, one by one, lowest first."""
    found = []
    while state:
        lowest = state & -state
        found.append(lowest)
        state ^= lowest
    return found
