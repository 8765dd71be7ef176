"""What came of one render of a case: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chartgate.releases.release import Release
from chartgate.tools.engines import Engine
from chartgate.values.case import Case

_LONGEST = 200


@dataclass(frozen=True)
class Rendered:
    """One render of a case, by one Helm version for one Kubernetes version.

    Args:
        release: what Helm made; without objects where it refused.
        others: the same case rendered otherwise, by the key of the comparison: a release, or Helm's words where it
            refuses that.
        refusal: Helm's words where it refused the case.
        helm: the Helm that rendered, where it is still to be asked more.
        full_version: the Kubernetes version that it was told, such as 1.30.1-eks-1a2b3c; empty for the minor version.
    """

    case: Case
    release: Release
    others: Mapping[str, Release | str] = field(default_factory=dict)
    refusal: str = ""
    helm: Engine | None = None
    full_version: str = ""

    @property
    def why_refused(self) -> str:
        """The beginning of Helm's words where it refused the case, for a notice."""
        return in_short(self.refusal)


def in_short(words: str) -> str:
    """The beginning of Helm's words, on one line."""
    return " ".join(words.split())[:_LONGEST]


def refuses_every_case(chart: Path, words: str) -> str:
    """The error of a command that needs a render.

    Args:
        chart: the chart's folder.
        words: Helm's words about one of the cases.
    """
    return f"{chart}: Helm refuses every case: {in_short(words)}: name values that the chart accepts with --values FILE"
