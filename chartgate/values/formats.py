"""The formats that Helm asserts in `values.schema.json`, and texts that have them.

Helm from 3.18.5 on asserts formats in a schema of draft 7 or older (github.com/santhosh-tekuri/jsonschema); an older
Helm asserts them in every draft (github.com/xeipuu/gojsonschema). A format that neither knows is ignored.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "date": ("2024-02-29", "1999-12-31"),
    "date-time": ("2024-02-29T12:30:00Z", "1999-12-31T23:59:59+02:00"),
    "duration": ("P1D", "PT15M"),
    "email": ("someone@example.com", "first.last@mail.example.org"),
    "hostname": ("example.com", "db-0.example.org"),
    "idn-email": ("someone@example.com",),
    "idn-hostname": ("example.com",),
    "ipv4": ("192.0.2.1", "10.0.0.255"),
    "ipv6": ("2001:db8::1", "::1"),
    "iri": ("https://example.com/path", "urn:isbn:0451450523"),
    "iri-reference": ("https://example.com/path", "/path"),
    "json-pointer": ("/a/0", ""),
    "period": ("2024-01-01T00:00:00Z/2024-02-01T00:00:00Z",),
    "regex": ("^[a-z]+$", "a|b"),
    "relative-json-pointer": ("1/a", "0#"),
    "semver": ("1.2.3", "1.0.0-rc.1"),
    "time": ("12:30:00Z", "23:59:59+02:00"),
    "uri": ("https://example.com/path", "urn:isbn:0451450523"),
    "uri-reference": ("https://example.com/path", "/path"),
    "uri-template": ("https://example.com/{id}", "/path"),
    "uuid": ("123e4567-e89b-42d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"),
}
"""Texts that every Helm takes for the format (RFC 3339, 3986, 4122, 5321, 6570, 6901; SemVer 2.0.0)."""

_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


CHECKS: dict[str, Callable[[str], bool]] = {
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "semver": lambda text: bool(_SEMVER.fullmatch(text)),
    "uuid": _is_uuid,
}
"""The formats that jsonschema-rs does not assert in draft 7, as Helm does."""


def asserts_formats(schema: Mapping[str, Any]) -> bool:
    """Whether every Helm asserts the formats in a schema: the newer ones do so up to draft 7."""
    return bool(re.search(r"draft-0[3-7]\b", str(schema.get("$schema", ""))))
