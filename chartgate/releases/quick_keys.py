"""A chart whose templates generate keys in less than a millisecond: on elliptic curves in place of RSA.

An RSA key takes up to a second, so that a chart which generates keys would spend nearly all time of a run on them. Each
render still generates keys of its own, and certificates are signed as before. Helm programs render the chart as it is,
and the check `engines` compares both.

Source: Masterminds/sprig, crypto.go: `genCAWithKey` and its kin take a key of any kind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chartgate.releases.probes.edits import Edits
from chartgate.releases.rewriting import Rewriting
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.templates.nodes import Command, Function, Node, Pipeline, String

_WITH_KEY = {"genCA": 2, "genSelfSignedCert": 4, "genSignedCert": 5}
"""Functions that generate an RSA key, with the number of their arguments. NAMEWithKey takes a key as one more."""
_SLOW_KINDS = frozenset({"rsa", "dsa"})
_MAYBE = re.compile(rb"\bgen(CA|SelfSignedCert|SignedCert|PrivateKey)\b")


@dataclass(frozen=True)
class QuickKeys:
    """The chart with quick keys. `changed` are the changed lines, as Helm's messages name them: "templates/a.yaml:3:".

    `files` is the chart itself where nothing was changed.
    """

    files: ChartFiles
    changed: frozenset[str]

    def is_about_change(self, message: str) -> bool:
        """Whether a message of Helm is about a line that was changed, so that it may quote the changed text."""
        return any(place in message for place in self.changed)


# Every case of a chart is rendered with it, and a comparison has a chart of its own.
@lru_cache(maxsize=4)
def with_quick_keys(chart: ChartFiles) -> QuickKeys:
    """The chart with quick keys in its templates, and in those of its subcharts.

    A template that Helm cannot parse stays as it is. So does a kind of key that is no literal text.
    """
    return QuickKeys(*Rewriting(_MAYBE, _change).applied(chart))


def _change(pipeline: Pipeline, edits: Edits) -> Iterator[Node]:
    """Change the commands of a pipeline that generate slow keys, and yield them."""
    for index, command in enumerate(pipeline.commands):
        match command:
            # The key is piped into the function, so a command that is piped into has no place for it.
            case Command(operands=(Function(name=name) as function, *arguments)) if index == 0 and _WITH_KEY.get(
                name
            ) == len(arguments):
                edits.replace(function.start, function.end, f'genPrivateKey "ecdsa" | {name}WithKey')
                yield command
            case Command(operands=(Function(name="genPrivateKey"), String(value=kind) as text)) if kind in _SLOW_KINDS:
                edits.replace(text.start, text.end, '"ecdsa"')
                yield command
