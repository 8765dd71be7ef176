"""What may differ between two renders of the same: generated secrets, and their checksums in annotations."""

from chartgate.releases.differences import Path
from chartgate.releases.objects import KubeObject


def is_secret_data(obj: KubeObject, path: Path) -> bool:
    """Whether a path leads to what a Secret holds."""
    return obj.kind == "Secret" and path[0] in {"data", "stringData"}


def is_checksum(path: Path) -> bool:
    """Whether a path leads to an annotation such as checksum/secret: pods restart when what they read changes."""
    return len(path) > 1 and path[-2] == "annotations" and str(path[-1]).startswith("checksum/")
