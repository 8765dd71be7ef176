"""What came of a mutant."""

from typing import Literal

import msgspec

CASE = "case "
"""Begins what comes nearest if it is a case of the gate."""
State = Literal["killed", "survived", "unseen", "equal", "unreached", "elsewhere"]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a mutant.

    Args:
        state: `killed` by a finding or by a test that fails; `survived` although cases or tests make other objects;
            `unseen` if no object that was rendered differs; `equal` if only white space differs and the objects are the
            same; `unreached` if no case and no test reaches the place; `elsewhere` if it is left to tests that this run
            does not have.
        by: `gate`, `pytest` or `helm-unittest`, which killed it; empty for other states.
        what: the finding or the test that killed it; else what comes nearest: a case or a test whose objects differ.
        test: the node ID of the test, or the file of the suite, that killed it, where no other had a part in it.
        untried: of a survivor, tests whose objects differ, and for which there was no time: the likeliest first.
    """

    state: State
    by: str = ""
    what: str = ""
    test: str = ""
    untried: tuple[str, ...] = ()

    @property
    def is_killed(self) -> bool:
        """Whether somebody noticed it."""
        return self.state == "killed"

    @property
    def may_be_shown_to_tests(self) -> bool:
        """Whether more renders may show it to a test: none is known whose objects differ."""
        if self.state == "survived":
            return self.what.startswith(CASE)
        return self.state in {"unseen", "equal"}


ELSEWHERE = Outcome("elsewhere")
"""What comes of a mutant that is not tried, because only tests of another run notice it."""
