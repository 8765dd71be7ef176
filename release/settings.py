"""`release.yaml`, typed and checked."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import yaml

from release.errors import ReleaseError

FILE = "release/release.yaml"
CHART = "charts/claude-relay"
KEY_FILE = "release/signing-key.asc"
"""The public key that releases are signed with, in ASCII armor. Without this file releases are not signed."""

# Names that nobody can own (RFC 2606, section 2 and 3).
_RESERVED = re.compile(r"(^|\.)(example\.(com|net|org)|example|test|invalid)$")

_LINK = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "url": {"type": "string", "pattern": "^https?://"}},
    "required": ["url"],
    "additionalProperties": False,
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "repository": {"type": "string", "pattern": "^https?://[^/]+(/.*[^/])?$"},
        "oci": {"type": "string", "pattern": "^oci://[^/]+(/.*[^/])?$"},
        "home": {"type": "string", "pattern": "^https?://[^/]+(/.*[^/])?$"},
        "maintainers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
                    "url": {"type": "string", "pattern": "^https?://"},
                },
                "required": ["name", "email"],
                "additionalProperties": False,
            },
        },
        "artifact_hub_id": {"type": "string", "pattern": "^[0-9a-f-]{36}$"},
        "links": {"type": "array", "items": {**_LINK, "required": ["name", "url"]}},
        "recommendations": {"type": "array", "items": _LINK},
    },
    "required": ["repository", "oci", "home", "maintainers"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """What `release.yaml` says. Addresses have no slash at their end."""

    repository: str
    oci: str
    home: str
    maintainers: tuple[dict[str, str], ...]
    artifact_hub_id: str = ""
    links: tuple[dict[str, str], ...] = ()
    recommendations: tuple[dict[str, str], ...] = ()

    def reserved(self) -> list[str]:
        """The addresses that nobody can own, as `key: address`."""
        addresses = {"repository": self.repository, "oci": self.oci, "home": self.home}
        return [f"{key}: {url}" for key, url in addresses.items() if _RESERVED.search(urlsplit(url).hostname or "")]


def read_settings(root: Path) -> Settings:
    """The settings of the project in folder `root`.

    Raises:
        ReleaseError: the file cannot be read, is not YAML, or a key is missing or invalid.
    """
    try:
        data: Any = yaml.safe_load((root / FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReleaseError(f"{FILE}: cannot be read as YAML: {error}") from error
    fault = jsonschema.exceptions.best_match(jsonschema.Draft7Validator(_SCHEMA).iter_errors(data))
    if fault is not None:
        place = "".join(f"{part}: " for part in fault.absolute_path)
        raise ReleaseError(f"{FILE}: {place}{fault.message}: correct it")
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Settings(**fields)
