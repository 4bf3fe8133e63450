"""Groups of channels must come out even."""

from math import gcd, isqrt

from poolcalc.network.op import Impossible


def require_divisible(groups: int, **channels: int) -> None:
    """Refuse `groups` unless it divides every given number of channels; name the nearest that does."""
    uneven = {name: count for name, count in channels.items() if count % groups}
    if uneven:
        name, count = next(iter(uneven.items()))
        raise Impossible(
            f"groups {groups} does not divide {name} {count}",
            f"{count} = {count // groups} · {groups} + {count % groups}",
            help=f"use groups: {nearest_divisor(gcd(*channels.values()), groups)}, "
            f"or a multiple of {groups} as {' and '.join(uneven)}",
        )


def nearest_divisor(number: int, wanted: int) -> int:
    """Return the divisor of `number` that is nearest to `wanted`.

    >>> nearest_divisor(64, 7), nearest_divisor(64, 6), nearest_divisor(7, 100)
    (8, 4, 7)
    """
    pairs = [(n, number // n) for n in range(1, isqrt(number) + 1) if number % n == 0]
    return min(sorted(n for pair in pairs for n in pair), key=lambda n: abs(n - wanted))
