"""Layers that a remedy may put into a network: what it writes into the file, so it knows what that is called."""

from collections.abc import Sequence
from fractions import Fraction

from poolcalc.network.op import Op, make
from poolcalc.ops import BY_NAME
from poolcalc.wording import notation


class Insertion:
    """A layer, and how it stands in a file."""

    def __init__(self, keyword: str, rank: int, value: str | None = None, **values: object) -> None:
        self.op: Op = make(BY_NAME[keyword], rank, **values)
        self.text = f"- {keyword}" + (f": {value}" if value else "")


def crop(amounts: Sequence[tuple[int, int]]) -> Insertion:
    """Cut off so many rows (before, after) on every axis."""
    return Insertion("crop", len(amounts), notation(tuple(amounts)), cropping=tuple(amounts))


def pad(amounts: Sequence[tuple[int, int]]) -> Insertion:
    """Add so many rows (before, after) on every axis; negative amounts cut."""
    return Insertion("pad", len(amounts), notation(tuple(amounts)), padding=tuple(amounts))


def upsample(rank: int, factor: Fraction) -> Insertion:
    """Repeat every pixel so many times."""
    return Insertion("upsample", rank, str(factor), scale_factor=factor)


def average(kernel_size: tuple[int, ...]) -> Insertion:
    """Average over windows side by side."""
    return Insertion("avg_pool", len(kernel_size), notation(kernel_size), kernel_size=kernel_size)


def average_of_all(rank: int) -> Insertion:
    """Average over the whole map."""
    return Insertion("global_avg_pool", rank)


def conv(rank: int, channels: int, **window: int | tuple[int, ...]) -> Insertion:
    """Convolve, with as many filters and such a window."""
    values = {"out_channels": channels, **window}
    value = ", ".join(f"{name}: {notation(each)}" for name, each in values.items())
    return Insertion("conv", rank, f"{{{value}}}", **values)
