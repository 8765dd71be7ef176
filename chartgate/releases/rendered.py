"""A case together with one release of it: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chartgate.releases.release import Release
from chartgate.values.case import Case


@dataclass(frozen=True)
class Rendered:
    """One render of a case, by one Helm version for one Kubernetes version.

    `variants` are further renders of the same case that checks compare with it, by the variant's key; `refusals` are
    Helm's words about those that it refuses. `embedded` is what Helm's library makes of the same when a Helm program
    rendered it: a release, or the text with which it refuses; None when nothing is there to compare. `harmless`
    is the render of a harmless word in the place of the case's hostile text.
    """

    case: Case
    release: Release
    variants: Mapping[str, Release] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    embedded: Release | str | None = None
    harmless: Release | None = None
