"""Kubernetes quantities such as 250m and 1Gi (k8s.io/apimachinery, pkg/api/resource)."""

import re
from decimal import ROUND_UP, Decimal
from typing import Any

_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_FACTORS = {
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
    **{letter: Decimal(1000) ** power for power, letter in enumerate(["n", "u", "m", "", "k", *"MGTPE"], -3)},
}
_LETTERS = {3 * power: letter for power, letter in enumerate(["n", "u", "m", "", "k", *"MGTPE"], -3)}


def quantity(value: Any) -> Decimal | None:
    """The number that a quantity is; None where it is none (resource.ParseQuantity).

    >>> quantity("100m"), quantity("1.5Gi"), quantity(2), quantity("1 Gi")
    (Decimal('0.100'), Decimal('1610612736.0'), Decimal('2'), None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.fullmatch(str(value))
    if not found:
        return None
    number, suffix = Decimal(found[1]), found[2] or ""
    if suffix in _FACTORS:
        return number * _FACTORS[suffix]
    return number * Decimal(10) ** int(suffix[1:])


def canonical(value: Any) -> Any:
    """A quantity as the API server writes it (Quantity.CanonicalizeBytes); another value as it is.

    >>> canonical("0.5"), canonical("1024Mi"), canonical(2), canonical("1500m"), canonical("many")
    ('500m', '1Gi', '2', '1500m', 'many')
    """
    number = quantity(value)
    if number is None:
        return value
    suffix = str(value).lstrip("+-0123456789.")
    if suffix.endswith("i") and abs(number) >= 1024:
        return _binary(int(number.to_integral_value(ROUND_UP)))
    digits, exponent = _digits(number.quantize(Decimal(10) ** -9, ROUND_UP))
    if suffix[:1] in {"e", "E"} and suffix[1:]:
        return f"{digits}e{exponent}" if exponent else str(digits)
    while exponent > 18:
        digits, exponent = digits * 1000, exponent - 3
    return f"{digits}{_LETTERS[exponent]}"


def _binary(number: int) -> str:
    power = 0
    while number % 1024 == 0 and power < 6:
        number, power = number // 1024, power + 1
    return f"{number}{['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][power]}"


def _digits(number: Decimal) -> tuple[int, int]:
    """A whole number and the greatest power of ten that is a multiple of three, whose product is the number."""
    if not number:
        return 0, 0
    sign, parts, exponent = number.normalize().as_tuple()
    digits = int("".join(map(str, parts))) * (-1 if sign else 1)
    exponent = int(exponent)
    while exponent % 3:
        digits, exponent = digits * 10, exponent - 1
    return digits, exponent
