"""Values that people would write where the schema names only a type: chosen by the key and the default.

A policy must be a word that Kubernetes knows, a tag looks like the tag in values.yaml, a port is a number of a port.
Nobody writes `dnsPolicy: no`, so a chart does not have to render it. Free texts, such as annotations, arguments,
messages and passwords, may be anything.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any

Make = Callable[[Random], Any]
"""Makes a value that people would write."""

_FREE = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|annotation|description|message|text|comment|title|content|args?$"
    r"|command|^values?$|^env|extra|header|template|script|config|query|expr|prefix|suffix",
    re.IGNORECASE,
)
_WORDS_OF_OTHERS = re.compile(
    r"(policy|policies|type|class|classname|modes?|protocol|scheme|strategy|operator|effect|level|format|provider|kind"
    r"|apiversion|propagation|runtime|driver|backend|engine|language|encoding|arch|os|zone|region|unit)$",
    re.IGNORECASE,
)
"""Keys of values that are one of a few words, which only Kubernetes or the application knows."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _identifier(random: Random) -> str:
    """A DNS label that no YAML reader takes for anything but a text."""
    return "".join(random.choice(_LETTERS) for _ in range(random.randint(4, 12))) + random.choice(("", "-1", "-blue"))


def _one_of(*values: Any) -> Make:
    return lambda random: random.choice(values)


_DIGEST = _one_of("sha256:" + "0a" * 32, "sha256:" + "f1" * 32)
_TAG = _one_of("1.10", "2.0.1", "latest", "v3")
_SCHEDULE = _one_of("*/5 * * * *", "0 3 * * 1")
_URL = _one_of("https://example.com/path", "http://db.example.org:8080")
_CIDR = _one_of("192.0.2.0/24", "10.0.0.0/8")
_PATH = _one_of("/", "/some/path")
_IMAGE = _one_of("busybox", "registry.example.com:5000/team/app")
_HOST = _one_of("example.com", "db-0.example.org")

_BY_KEY: tuple[tuple[str, Make], ...] = (
    (r"nodeports?$", _one_of(30000, 31080, 32767)),
    (r"ports?$", _one_of(80, 1024, 8080, 65535)),
    (r"(runas|fs)?(user|group)(id)?$|[ug]id$", _one_of(1000, 10001, 65534)),
    (r"replicas?(count)?$|count$", _one_of(1, 2, 3)),
)
_TEXTS_BY_KEY: tuple[tuple[str, Make], ...] = (
    (r"cpu$", _one_of("100m", "2", "0.5")),
    (r"(memory|storage|size|sizelimit|heap)$", _one_of("64Mi", "1Gi", "500M")),
    (r"schedule|cron$", _SCHEDULE),
    (r"digest$", _DIGEST),
    (r"(tag|version)$", _TAG),
    (r"(repository|image)$", _IMAGE),
    (r"registry$", _one_of("registry.example.com", "mirror.example.com:5000")),
    (r"(hosts?|hostnames?|domains?|address|server)$", _HOST),
    (r"ur[il]s?$|endpoints?$", _URL),
    (r"cidrs?$|ranges?$", _CIDR),
    (r"ips?$", _one_of("192.0.2.1", "10.0.0.255")),
    (r"(interval|timeout|period|duration|ttl|delay)$", _one_of("30s", "5m", "1h")),
    (r"(path|dir|directory|folder)s?$", _PATH),
    (r"ports?$", _one_of("80", "8080", "http")),
    (
        r"labels?$|selector$|names?$|override$|namespaces?$|account$|existing|(secret|claim|configmap)$|^key$",
        _identifier,
    ),
)
_NUMBER_WITH_UNIT = re.compile(r"(\d+)(\.\d+)?(%|[a-zA-Z]{0,2})")
_DEFAULTS: tuple[tuple[str, Make], ...] = (
    (r"sha256:[0-9a-f]{64}", _DIGEST),
    (r"v?\d+(\.\d+)+([-+][\w.+-]+)?|latest", _TAG),
    (r"(\S+ ){4}\S+", _SCHEDULE),
    (r"\w+://\S+", _URL),
    (r"\d+\.\d+\.\d+\.\d+/\d+", _CIDR),
    (r"/[\w./-]*", _PATH),
    (r"[\w.-]+(:\d+)?(/[\w.-]+)+", _IMAGE),
    (r"([a-z0-9-]+\.)+[a-z]+", _HOST),
    (r"[a-z][a-z0-9]*(-[a-z0-9]+)*", _identifier),
)


def meant_text(key: str, default: Any) -> Make | None:
    """Makes texts that people would write at a key with this default; None where any text is possible.

    Raises:
        LookupError: the key takes one of a few words, and the default is the only one known.
    """
    if _FREE.search(key):
        return None
    text = default if isinstance(default, str) else ""
    if _WORDS_OF_OTHERS.search(key) or re.fullmatch(r"[A-Z][A-Za-z]*", text):
        raise LookupError("the key takes one of a few words, which only the program that reads it knows")
    number = _NUMBER_WITH_UNIT.fullmatch(text)
    if number:
        return lambda random: f"{random.choice((1, 2, int(number[1]) or 1, 90))}{number[3]}"
    found = next((make for pattern, make in _DEFAULTS if re.fullmatch(pattern, text)), None)
    named = next((make for pattern, make in _TEXTS_BY_KEY if re.search(pattern, key, re.IGNORECASE)), None)
    # The key tells more than a default that is any word.
    return named if found in {None, _identifier} and named else found


def meant_number(key: str, default: Any) -> Make:
    """Makes integers that people would write at a key with this default, where the schema has no bounds."""
    named = next((make for pattern, make in _BY_KEY if re.search(pattern, key, re.IGNORECASE)), None)
    if named is not None:
        return named
    known = default if isinstance(default, int) and not isinstance(default, bool) else 1
    return _one_of(known, known + 1, 2 * known)
