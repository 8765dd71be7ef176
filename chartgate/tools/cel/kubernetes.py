"""The types that Kubernetes adds to CEL: quantities, addresses, URLs and versions (k8s.io/apiserver, pkg/cel/library).

The library does not support custom types. A value of such a type is a map with one key, the name of the type: equal
values are equal maps.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from chartgate.tools.cel.declarations import BOOL, DOUBLE, INT, MAP, STRING, Functions
from chartgate.tools.cel.lists import plain
from chartgate.tools.cel.texts import shown
from chartgate.tools.quantities import quantity

_Value = dict[str, Any]
_QUANTITY, _IP, _CIDR, _URL, _SEMVER = "quantity", "ip", "cidr", "url", "semver"
_SEMVER_TEXT = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
_QUANTITY_TEXT = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_INT64 = range(-(2**63), 2**63)


def add_kubernetes(functions: Functions) -> None:
    """Declare the functions of these types."""
    _add_quantities(functions)
    _add_addresses(functions)
    _add_urls(functions)
    _add_versions(functions)
    functions.add("isLessThan", BOOL, MAP, MAP, run=lambda a, b: _compared(a, b) < 0)
    functions.add("isGreaterThan", BOOL, MAP, MAP, run=lambda a, b: _compared(a, b) > 0)
    functions.add("compareTo", INT, MAP, MAP, run=lambda a, b: _compared(a, b))


def text_of(value: Any) -> str:
    """The result of CEL's `string(value)`, for the types of this module and for those of CEL itself."""
    held = plain(value)
    if isinstance(held, dict):
        kind = next(iter(held), "")
        if kind not in {_QUANTITY, _IP, _CIDR, _URL, _SEMVER}:
            raise ValueError("no such overload: string(map)")
        return str(held[kind])
    return shown(held)


def _is(make: Callable[[str], Any]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            make(text)
        except ValueError:
            return False
        return True

    return fits


def _part(value: Any, kind: str) -> Any:
    """The content of a value of a type.

    Raises:
        ValueError: the value has another type.
    """
    held = plain(value)
    if list(held) != [kind]:
        raise ValueError(f"no such overload: the value is no {kind}")
    return held[kind]


def _compared(a: Any, b: Any) -> int:
    kind = next(iter(plain(a)), "")
    orders: dict[str, Callable[[str], Any]] = {_QUANTITY: Decimal, _SEMVER: _precedence}
    order = orders.get(kind)
    if order is None:
        raise ValueError("no such overload: only quantities and versions have an order")
    left, right = order(_part(a, kind)), order(_part(b, kind))
    return int(left > right) - int(left < right)


def _add_quantities(functions: Functions) -> None:
    add = functions.add
    add("quantity", MAP, STRING, run=_quantity, member=False)
    add("isQuantity", BOOL, STRING, run=_is(_quantity), member=False)
    add("sign", INT, MAP, run=lambda one: (_amount(one) > 0) - (_amount(one) < 0))
    add("add", MAP, MAP, MAP, run=lambda a, b: _of_number(_amount(a) + _amount(b)))
    add("add", MAP, MAP, INT, run=lambda a, b: _of_number(_amount(a) + b))
    add("sub", MAP, MAP, MAP, run=lambda a, b: _of_number(_amount(a) - _amount(b)))
    add("sub", MAP, MAP, INT, run=lambda a, b: _of_number(_amount(a) - b))
    add("isInteger", BOOL, MAP, run=lambda one: _amount(one) % 1 == 0 and int(_amount(one)) in _INT64)
    add("asInteger", INT, MAP, run=_as_integer)
    add("asApproximateFloat", DOUBLE, MAP, run=lambda one: float(_amount(one)))


def _quantity(text: str) -> _Value:
    number = quantity(text)
    if number is None:
        raise ValueError(f"quantities must match the regular expression '{_QUANTITY_TEXT}'")
    return _of_number(number)


def _of_number(number: Decimal) -> _Value:
    return {_QUANTITY: f"{number.normalize():f}"}


def _amount(value: Any) -> Decimal:
    return Decimal(_part(value, _QUANTITY))


def _as_integer(value: Any) -> int:
    number = _amount(value)
    if number % 1 or int(number) not in _INT64:
        raise ValueError("cannot convert value to integer")
    return int(number)


def _add_addresses(functions: Functions) -> None:
    add = functions.add
    add("ip", MAP, STRING, run=lambda text: {_IP: str(_address(text))}, member=False)
    add("isIP", BOOL, STRING, run=_is(_address), member=False)
    add("ip.isCanonical", BOOL, STRING, run=lambda text: str(_address(text)) == text, member=False)
    add("family", INT, MAP, run=lambda one: _ip(one).version)
    add("isUnspecified", BOOL, MAP, run=lambda one: _ip(one).is_unspecified)
    add("isLoopback", BOOL, MAP, run=lambda one: _ip(one).is_loopback)
    add("isLinkLocalMulticast", BOOL, MAP, run=_is_link_local_multicast)
    add("isLinkLocalUnicast", BOOL, MAP, run=lambda one: _ip(one).is_link_local)
    add("isGlobalUnicast", BOOL, MAP, run=_is_global_unicast)
    add("cidr", MAP, STRING, run=lambda text: {_CIDR: _network(text)}, member=False)
    add("isCIDR", BOOL, STRING, run=_is(_network), member=False)
    add("containsIP", BOOL, MAP, STRING, run=lambda net, text: _address(text) in _net(net))
    add("containsIP", BOOL, MAP, MAP, run=lambda net, one: _ip(one) in _net(net))
    add("containsCIDR", BOOL, MAP, STRING, run=lambda net, text: _within(_subnet(text), _net(net)))
    add("containsCIDR", BOOL, MAP, MAP, run=lambda net, one: _within(_net(one), _net(net)))
    add("ip", MAP, MAP, run=lambda net: {_IP: _part(net, _CIDR).partition("/")[0]})
    add("masked", MAP, MAP, run=lambda net: {_CIDR: str(_net(net))})
    add("prefixLength", INT, MAP, run=lambda net: _net(net).prefixlen)


def _address(text: str) -> IPv4Address | IPv6Address:
    """Parse an address. Zones and IPv4-mapped IPv6 addresses are errors (netip.ParseAddr and further checks)."""
    found = ip_address(text)
    if "%" in text or (isinstance(found, IPv6Address) and found.ipv4_mapped):
        raise ValueError(f'"{text}" is no IP address: IPv4-mapped addresses and zones are not allowed')
    return found


def _network(text: str) -> str:
    address, slash, prefix = text.partition("/")
    if not slash or not prefix.isdecimal() or (prefix.startswith("0") and prefix != "0"):
        raise ValueError(f'"{text}" is no CIDR')
    found = _address(address)
    if int(prefix) > found.max_prefixlen:
        raise ValueError(f'"{text}" is no CIDR')
    return f"{found}/{prefix}"


def _subnet(text: str) -> IPv4Network | IPv6Network:
    return ip_network(_network(text), strict=False)


def _ip(value: Any) -> IPv4Address | IPv6Address:
    return ip_address(_part(value, _IP))


def _net(value: Any) -> IPv4Network | IPv6Network:
    return ip_network(_part(value, _CIDR), strict=False)


def _within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    same = inner.version == outer.version
    return same and inner.prefixlen >= outer.prefixlen and inner.network_address in outer


def _is_link_local_multicast(value: Any) -> bool:
    found = _ip(value)
    networks = ("224.0.0.0/24",) if found.version == 4 else tuple(f"ff{flags:x}2::/16" for flags in range(16))
    return any(found in ip_network(network) for network in networks)


def _is_global_unicast(value: Any) -> bool:
    """As in Go's netip, where private addresses count too."""
    found = _ip(value)
    broadcast = found == IPv4Address("255.255.255.255")
    return not (found.is_unspecified or found.is_loopback or found.is_multicast or found.is_link_local or broadcast)


def _add_urls(functions: Functions) -> None:
    add = functions.add
    add("url", MAP, STRING, run=lambda text: {_URL: _url(text)}, member=False)
    add("isURL", BOOL, STRING, run=_is(_url), member=False)
    add("getScheme", STRING, MAP, run=lambda one: urlsplit(_part(one, _URL)).scheme)
    add("getHost", STRING, MAP, run=lambda one: urlsplit(_part(one, _URL)).netloc.rpartition("@")[2])
    add("getHostname", STRING, MAP, run=lambda one: _host(_part(one, _URL))[0])
    add("getPort", STRING, MAP, run=lambda one: _host(_part(one, _URL))[1])
    add("getEscapedPath", STRING, MAP, run=_escaped_path)
    add("getQuery", MAP, MAP, run=lambda one: parse_qs(urlsplit(_part(one, _URL)).query, keep_blank_values=True))


def _url(text: str) -> str:
    """Parse an absolute URI or an absolute path (url.ParseRequestURI)."""
    parts = urlsplit(text)
    if re.search(r"[\x00-\x1f\x7f]", text) or re.search(r"%(?![0-9A-Fa-f]{2})", parts.path):
        raise ValueError(f'"{text}" is no URL')
    if not (text.startswith("/") or (parts.scheme and not text[len(parts.scheme) + 1 :].startswith(("?", "#")))):
        raise ValueError(f'"{text}" is no URL: it needs a scheme or an absolute path')
    if not re.fullmatch(r"(.*@)?([^:\[\]\s]*|\[[^\[\]]*\])(:\d*)?", parts.netloc):
        raise ValueError(f'"{text}" is no URL: its host or port is not valid')
    return text


def _host(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?", urlsplit(text).netloc)
    return (found[1].strip("[]"), found[2] or "") if found else ("", "")


def _escaped_path(value: Any) -> str:
    return quote(unquote(urlsplit(_part(value, _URL)).path), safe="/!$&'()*+,;=:@~-._")


def _add_versions(functions: Functions) -> None:
    add = functions.add
    add("semver", MAP, STRING, run=_semver, member=False)
    add("isSemver", BOOL, STRING, run=_is(_semver), member=False)
    for index, part in enumerate(("major", "minor", "patch")):
        add(part, INT, MAP, run=lambda one, index=index: int(re.split(r"[.+-]", _part(one, _SEMVER))[index]))


def _semver(text: str) -> _Value:
    if not _SEMVER_TEXT.fullmatch(text):
        raise ValueError(f'"{text}" is no semantic version')
    return {_SEMVER: text}


def _precedence(text: str) -> tuple[Any, ...]:
    """A key that sorts versions by their precedence (Semantic Versioning 2.0.0, item 11)."""
    found = _SEMVER_TEXT.fullmatch(text)
    assert found, text
    parts = (found[4] or "").split(".") if found[4] else []
    labels = tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts)
    return (*(int(found[index]) for index in (1, 2, 3)), not labels, labels)
