"""What came of one render of a case: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
        """The beginning of Helm's words where it refused the case, on one line, for a notice."""
        return " ".join(self.refusal.split())[:_LONGEST]
