"""Forms of texts in objects: names, addresses, paths and quantities.

Source: k8s.io/apimachinery, pkg/util/validation and pkg/api/resource; kubernetes/kubernetes, pkg/apis/core/validation.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from chartgate.tools.quantities import quantity


@dataclass(frozen=True)
class Form:
    """What a text has to be, in words, and whether one is it. `may_be_empty`: an empty text counts as none."""

    what: str
    fits: Callable[[str], bool]
    may_be_empty: bool = True

    @property
    def filled(self) -> "Form":
        """The form of a text that must not be empty."""
        return replace(self, may_be_empty=False)


DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
DNS_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
DNS_SUBDOMAIN = re.compile(rf"{DNS_LABEL.pattern}(\.{DNS_LABEL.pattern})*")
_NAME_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
_FIELDS = frozenset(
    {
        *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
        *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
    }
)


def _matches(pattern: str | re.Pattern[str], longest: int) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: len(text) <= longest and compiled.fullmatch(text) is not None


def is_label_value(text: str) -> bool:
    """Whether a label may have this value (IsValidLabelValue)."""
    return len(text) <= 63 and _LABEL_VALUE.fullmatch(text) is not None


def is_qualified_name(text: str) -> bool:
    """Whether a text is a name with an optional DNS subdomain as prefix (IsQualifiedName)."""
    prefix, slash, name = text.rpartition("/")
    prefix_fits = SUBDOMAIN.fits(prefix) if slash else True
    return prefix_fits and len(name) <= 63 and _NAME_PART.fullmatch(name) is not None


def is_address(text: str) -> bool:
    """Whether a text is an IP address (IsValidIP)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _is_path_below(text: str) -> bool:
    """validateLocalDescendingPath."""
    return not text.startswith("/") and ".." not in text.split("/")


def _is_amount(text: str) -> bool:
    amount = quantity(text)
    return amount is not None and amount >= 0


SUBDOMAIN = Form("a DNS subdomain (RFC 1123)", _matches(DNS_SUBDOMAIN, 253))
HOST = Form(
    "a DNS name in lower case, with *. before it if needed",
    lambda text: len(text) <= 253 and SUBDOMAIN.fits(text.removeprefix("*.")),
)
LABEL = Form("a DNS label (RFC 1123)", _matches(DNS_LABEL, 63))
LABEL_1035 = Form("a DNS label that begins with a letter (RFC 1035)", _matches(DNS_LABEL_1035, 63))
QUALIFIED = Form("a name, with a DNS subdomain and a slash before it if needed", is_qualified_name)
ADDRESS = Form("an IP address", is_address, may_be_empty=False)
PATH_BELOW = Form("a path that neither begins with / nor has ..", _is_path_below)
NO_DOTS = Form("a path without ..", lambda text: ".." not in text.split("/"))
ABSOLUTE = Form("an absolute path", lambda text: text.startswith("/"), may_be_empty=False)
KEY = Form("a key of letters, digits, -, _ and .", _matches(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]+", 253), may_be_empty=False)
PORT_NAME = Form("a number, or the name of a port", _matches(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?", 15))
HEADER = Form("the name of an HTTP header", _matches(r"[-A-Za-z0-9]+", 10_000), may_be_empty=False)
FILLED = Form("a text", bool, may_be_empty=False)
SEARCH = Form(
    "a DNS domain", lambda text: text == "." or SUBDOMAIN.fits(text.rstrip(".").replace("_", "a")), may_be_empty=False
)
SYSCTL = Form("the name of a sysctl", _matches(r"([a-z0-9][-_a-z0-9]*[./])*[a-z0-9][-_a-z0-9]*", 253))
DOMAIN_PATH = Form(
    "a DNS subdomain, a slash and a path",
    lambda text: SUBDOMAIN.fits(text.partition("/")[0]) and bool(_PATH.fullmatch(text.partition("/")[2])),
    may_be_empty=False,
)
ENV_PREFIX = Form("the beginning of the name of a variable", _matches(r"[ -<>-~]*", 10_000))
DRIVER = Form("the name of a CSI driver", _matches(r"[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?", 63), may_be_empty=False)
RBAC = Form("rbac.authorization.k8s.io", lambda text: text == "rbac.authorization.k8s.io")
SEGMENT = Form(
    "a name without / and %, and neither . nor ..",
    lambda text: text not in {".", ".."} and not re.search("[/%]", text),
    may_be_empty=False,
)
ENV_FIELD = Form(
    "a field that a variable can have, such as metadata.name or status.podIP",
    lambda text: text in _FIELDS or re.fullmatch(r"metadata\.(labels|annotations)\['.+'\]", text) is not None,
    may_be_empty=False,
)
VOLUME_FIELD = Form(
    "a field that a file can have, such as metadata.labels",
    lambda text: (
        text in {"metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"}
        or re.fullmatch(r"metadata\.(labels|annotations)\['.+'\]", text) is not None
    ),
    may_be_empty=False,
)
AMOUNT = Form("a quantity of at least 0, such as 100m or 1Gi", _is_amount, may_be_empty=False)
ANY_AMOUNT = Form("a quantity, such as 100m or 1Gi", lambda text: quantity(text) is not None, may_be_empty=False)
RESOURCE = Form(
    "a resource of a container, such as limits.memory",
    lambda text: bool(re.fullmatch(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)", text)),
    may_be_empty=False,
)
