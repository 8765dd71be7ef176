"""A case: one way to install the chart that the chart itself offers."""

import re
from dataclasses import dataclass
from typing import Literal

Origin = Literal["defaults", "ci", "document", "options", "matrix", "filled", "schema"]
MADE: frozenset[Origin] = frozenset({"matrix", "filled", "schema"})
"""Origins of cases that no person wrote."""


@dataclass(frozen=True)
class Case:
    """One set of values under one name.

    `values` are YAML texts in Helm's order, the later wins; `sets` are Helm's own --set arguments, flag and value in
    turn. `proves` is what the author says the case is for; empty when nobody says.

    `helm` and `kubernetes` bind the case to one version each; None: to all those of the settings. `api_versions` are
    what its cluster serves beside those of the settings. `refusal` is a text that Helm's refusal has to hold; None: the
    case has to render. Of a case with a hostile text, `hostile` is the text, and `harmless` the values with a harmless
    word in its place. `guesses` are texts and numbers of which the gate does not know whether the chart takes them.
    """

    name: str
    proves: str = ""
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    release: str = "release"
    namespace: str = "default"
    helm: str | None = None
    kubernetes: str | None = None
    api_versions: tuple[str, ...] = ()
    refusal: str | None = None
    hostile: str = ""
    harmless: tuple[str, ...] = ()
    origin: Origin = "defaults"
    guesses: tuple[str, ...] = ()

    @property
    def is_of_author(self) -> bool:
        """Whether it is one that the chart's author offers: the defaults, or a file in ci/."""
        return self.name == "defaults" or self.name.startswith("ci/")

    def refused_as_expected(self, message: str) -> bool:
        """Whether Helm's `message` holds what the refusal of this case has to hold.

        A path counts in both of Helm's notations: a.b.0 before 3.18.5 and 4, /a/b/0 since. The older ones name the map
        where an entry of one breaks a rule that all of its entries have.
        """
        if self.refusal is None:
            return False
        pointed = message.replace("~1", "/").replace("~0", "~").replace("/", ".")
        named = self.refusal in message or self.refusal.replace("/", ".") in pointed
        of_entry = rf"- {re.escape(self.refusal.rpartition('.')[0])}: {_BROKEN_BY_AN_ENTRY}"
        return named or bool(re.search(of_entry, message))


_BROKEN_BY_AN_ENTRY = (
    "(Does not match pattern|Must be (greater|less) than|String length must be|Invalid type. Expected: (?!object))"
)
"""What Helm before 3.18.5 says of an entry's value."""
