"""Groups of channels must come out even."""

from math import gcd, isqrt

from poolcalc.network.op import Contradiction, Impossible


def require_divisible(groups: int, in_channels: int, out_channels: int = 0) -> None:
    """Refuse `groups` unless it divides the channels that come in; name the nearest that divides all of them."""
    if in_channels % groups:
        raise Impossible(
            f"groups {groups} does not divide in_channels {in_channels}",
            _division(in_channels, groups),
            help=f"use groups: {nearest_divisor(gcd(in_channels, out_channels), groups)}, "
            f"or a multiple of {groups} as in_channels",
        )


def uneven_groups(groups: int, out_channels: int) -> Contradiction | None:
    """Refuse groups that do not divide the channels to come out, whatever comes in."""
    if out_channels % groups == 0:
        return None
    return Contradiction(
        "groups",
        f"groups {groups} does not divide out_channels {out_channels}",
        (_division(out_channels, groups),),
        help=f"use groups: {nearest_divisor(out_channels, groups)}, or a multiple of {groups} as out_channels",
    )


def _division(count: int, groups: int) -> str:
    return f"{count} = {count // groups} · {groups} + {count % groups}"


def nearest_divisor(number: int, wanted: int) -> int:
    """Return the divisor of `number` that is nearest to `wanted`.

    >>> nearest_divisor(64, 7), nearest_divisor(64, 6), nearest_divisor(7, 100)
    (8, 4, 7)
    """
    pairs = [(n, number // n) for n in range(1, isqrt(number) + 1) if number % n == 0]
    return min(sorted(n for pair in pairs for n in pair), key=lambda n: abs(n - wanted))
