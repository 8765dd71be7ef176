"""A case: one way to install the chart that the chart itself offers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chartgate.tools.kubernetes_yaml import read_one

Origin = Literal["defaults", "ci", "document", "matrix", "schema"]
MADE: frozenset[Origin] = frozenset({"matrix", "schema"})
"""Origins of cases that no person wrote."""


@dataclass(frozen=True)
class Case:
    """One set of values under one name.

    `values` are YAML texts in Helm's order, the later wins; `sets` are Helm's own --set arguments, flag and value in
    turn. `proves` is what the author says the case is for; empty when nobody says.

    `helm` and `kubernetes` bind the case to one version each; None: to all those of the settings. `api_versions` are
    what its cluster serves beside those of the settings. `refusal` is a text that Helm's refusal has to hold; None: the
    case has to render. Of a case with a hostile text, `hostile` is the text, and `harmless` the values with a harmless
    word in its place.
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

    def named_objects(self) -> frozenset[str]:
        """Names that the case's own values give to objects which somebody else makes.

        These are the texts under keys such as `existingSecret`, `secretName`, `claimName` or `name`: whoever
        writes such a value says that the object is there.
        """
        pairs = [pair for text in self.values for pair in _leaves(read_one(text))]
        pairs += [pair for argument in self.sets[1::2] for pair in _assignments(argument)]
        return frozenset(value for key, value in pairs if _NAMES_AN_OBJECT.search(key))


_BROKEN_BY_AN_ENTRY = (
    "(Does not match pattern|Must be (greater|less) than|String length must be|Invalid type. Expected: (?!object))"
)
"""What Helm before 3.18.5 says of an entry's value."""

_NAMES_AN_OBJECT = re.compile(
    r"^existing|^name$|pullsecrets$|^(secret|configmap|claim|serviceaccount)s?$|(secret|configmap|claim|serviceaccount)name$",
    re.IGNORECASE,
)


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for child_key, child in node.items():
            yield from _leaves(child, str(child_key))
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child, key)
    elif isinstance(node, str):
        yield key, node


def _assignments(argument: str) -> Iterator[tuple[str, str]]:
    for assignment in re.split(r"(?<!\\),", argument):
        path, _, value = assignment.partition("=")
        yield re.sub(r"\[\d+\]$", "", re.split(r"(?<!\\)\.", path)[-1]), value
