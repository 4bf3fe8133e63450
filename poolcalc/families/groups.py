"""Groups of channels must come out even."""

from math import gcd

from poolcalc.op import Impossible


def require_divisible(groups: int, **channels: int) -> None:
    """Refuse `groups` unless it divides every given number of channels; name the nearest that does."""
    for name, count in channels.items():
        if count % groups:
            common = gcd(*channels.values())
            nearest = min((n for n in range(1, common + 1) if common % n == 0), key=lambda n: abs(n - groups))
            raise Impossible(
                f"groups {groups} does not divide {name} {count}",
                f"{count} = {count // groups} · {groups} + {count % groups}",
                help=f"use groups: {nearest}, or a multiple of {groups} as {name}",
            )
