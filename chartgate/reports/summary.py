"""The last line of the table: the numbers of a run."""

from collections.abc import Sequence

from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key


def summary_of(renders: Sequence[Rendered], checks: int, seconds: float) -> str:
    """How many cases, renders, objects and checks there were, by which versions, and how many seconds it took."""
    helms = ", ".join(sorted({rendered.release.helm_version for rendered in renders}, key=_by_number))
    kubes = sorted({rendered.release.kube_version for rendered in renders}, key=version_key)
    objects = [obj for rendered in renders for obj in rendered.release]
    return (
        f"cases {len({rendered.case.name for rendered in renders})}, renders {len(renders)} (Helm {helms}; "
        f"Kubernetes {', '.join(kubes) if len(kubes) < 4 else f'{kubes[0]}–{kubes[-1]}'}), "
        f"objects {len(objects)}, distinct {len({obj.digest for obj in objects})}, "
        f"checks {checks}, {seconds:.1f} s"
    )


def _by_number(label: str) -> tuple[int, ...]:
    return version_key(label.rpartition(" ")[2])
