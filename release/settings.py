"""`release.yaml`, typed and checked."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from chartgate.tools.models import parsed
from chartgate.tools.reading import Reading
from release.errors import ReleaseError

FILE = "release/release.yaml"
CHART = "charts/claude-relay"
KEY_FILE = "release/signing-key.asc"
"""The public key that releases are signed with, in ASCII armor. Without this file releases are not signed."""

# Names that nobody can own (RFC 2606, section 2 and 3).
_RESERVED = re.compile(r"(^|\.)(example\.(com|net|org)|example|test|invalid)$")

Text = Annotated[str, Meta(min_length=1)]
Url = Annotated[str, Meta(pattern="^https?://")]
# Without a slash at its end.
Address = Annotated[str, Meta(pattern="^https?://[^/]+(/.*[^/])?$")]


class Maintainer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who answers."""

    name: Text
    email: Annotated[str, Meta(pattern="^[^@ ]+@[^@ ]+$")]
    url: Url | None = None


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """A named link of the Artifact Hub page."""

    name: Text
    url: Url


class Recommendation(Struct, frozen=True, forbid_unknown_fields=True):
    """The page of another package on Artifact Hub."""

    url: Url


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What `release.yaml` says, which describes each key."""

    repository: Address
    oci: Annotated[str, Meta(pattern="^oci://[^/]+(/.*[^/])?$")]
    home: Address
    maintainers: Annotated[tuple[Maintainer, ...], Meta(min_length=1)]
    artifact_hub_id: Annotated[str, Meta(pattern="^[0-9a-f-]{36}$")] = ""
    links: tuple[Link, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()

    def reserved(self) -> list[str]:
        """The addresses that nobody can own, as `key: address`."""
        addresses = {"repository": self.repository, "oci": self.oci, "home": self.home}
        return [f"{key}: {url}" for key, url in addresses.items() if _RESERVED.search(urlsplit(url).hostname or "")]


def read_settings(root: Path) -> Settings:
    """The settings of the project in folder `root`.

    Raises:
        GateError: the file cannot be read, is not YAML, or a key is missing or invalid.
    """
    content = Reading().content(root / FILE)
    if content is None:
        raise ReleaseError(f"{FILE}: there is no such file: write the addresses that the chart is published at")
    return parsed(content, Path(FILE), Settings)
