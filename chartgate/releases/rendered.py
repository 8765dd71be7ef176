"""A case together with one release of it: what the checks look at."""

from dataclasses import dataclass

from chartgate.releases.release import Release
from chartgate.values.case import Case


@dataclass(frozen=True)
class Rendered:
    """One render of a case, by one Helm version for one Kubernetes version."""

    case: Case
    release: Release
