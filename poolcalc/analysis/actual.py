"""Actual receptive fields: what every unit of this network really sees of this input.

Padding carries no input, at no layer, and rows that a floor drops are never seen. So a unit near the border does not
see its theoretical field cut to the image; the sets have to be followed layer by layer. Along one axis a set of pixels
is one integer, a bit for each pixel, and a layer's sets follow from its taps by bitwise or.

What a unit sees by one path is a product of such sets, one for each axis. Branches with different windows (1×7 beside
7×1) see a union of products, so a layer has a list of them: `Product`. One that lies inside another is left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from math import prod
from operator import or_
from typing import NamedTuple

from poolcalc.analysis.layer import Read, Sized, by_axis
from poolcalc.analysis.layers import Analysis
from poolcalc.geometry.taps import IDENTITY, Taps

Masks = tuple[int, ...]
"""For every unit along an axis, the pixels that it sees: bit p stands for pixel p."""

Product = tuple[Masks, ...]
"""Masks for every axis; unit (i, j) sees the pixels of masks[0][i] × masks[1][j]."""

MOST_PRODUCTS = 32
"""Branches upon branches of different windows could multiply without end; beyond this a field is not given."""


class ActualField(NamedTuple):
    """What the units of one layer see, exactly.

    products: see `Product`. units: sizes of the layer along the axes, ones for a flat vector.
    pixels: sizes of the tensor that is seen.
    """

    products: tuple[Product, ...]
    units: tuple[int, ...]
    pixels: tuple[int, ...]

    def of(self, unit: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """Return what one unit sees, as a union of boxes with holes: a mask for every axis of every product."""
        seen = [tuple(axis[i] for axis, i in zip(product, unit, strict=True)) for product in self.products]
        return tuple(masks for masks in seen if all(masks))

    def count(self, unit: Sequence[int]) -> int:
        """Return how many pixels a unit sees."""
        return union_size(self.of(unit))

    def box(self, unit: Sequence[int]) -> tuple[tuple[int, int], ...] | None:
        """Return first and last pixel that a unit sees, for every axis; None where it sees padding alone."""
        seen = self.of(unit)
        return tuple(extent(mask) for mask in projected(seen)) if seen else None

    @property
    def central_unit(self) -> tuple[int, ...]:
        """The unit in the middle, the later one where there are two."""
        return tuple(size // 2 for size in self.units)

    def seen(self, axis: int, units: Iterable[int]) -> int:
        """Return a mask of the pixels along an axis that any of some units along it sees."""
        return reduce(or_, (product[axis][unit] for product in self.products for unit in units), 0)

    def sees_all(self, axis: int) -> bool:
        """Return whether every unit along an axis sees all pixels along it, by one path or another."""
        whole = (1 << self.pixels[axis]) - 1
        return all(self.seen(axis, (unit,)) == whole for unit in range(self.units[axis]))

    def unread(self) -> tuple[int, ...]:
        """Return, for every axis, a mask of the pixels that no unit sees."""
        whole = [(1 << size) - 1 for size in self.pixels]
        read = [tuple(reduce(or_, axis, 0) for axis in product) for product in self.products]
        seen = projected([masks for masks in read if all(masks)])
        return tuple(full & ~mask for full, mask in zip(whole, seen or (0,) * len(whole), strict=True))


def actual_fields(analysis: Analysis) -> dict[str, ActualField | None]:
    """Return what the units of every layer see; None where that is too ragged to list, no entry where it is nothing."""
    pixels = analysis.origin_shape[1:]
    start = tuple(tuple(1 << pixel for pixel in range(size)) for size in pixels)
    through = _Reader()

    def step(layer: Sized, sources: Sequence[tuple[Read, ActualField]]) -> ActualField | None:
        units = layer.spatial or (1,) * len(pixels)
        products = _maximal(
            [through.read(product, read, units) for read, field in sources for product in field.products]
        )
        return ActualField(tuple(products), units, pixels) if len(products) <= MOST_PRODUCTS else None

    return analysis.spread(ActualField((start,), pixels, pixels), step)


class _Reader:
    """Reads masks through taps, each pair once: the axes of a square network, and its branches, have much in common."""

    def __init__(self) -> None:
        self.known: dict[tuple[Masks, Taps, int], Masks] = {}

    def read(self, product: Product, read: Read, units: Sequence[int]) -> Product:
        if read.taps is None:
            return product
        return by_axis(self._axis, zip(product, read.taps, units, strict=True))

    def _axis(self, masks: Masks, taps: Taps, units: int) -> Masks:
        if taps is IDENTITY:
            return masks
        key = (masks, taps, units)
        if key not in self.known:
            size = len(masks)
            if taps.step == 0 and len(taps.phases) == 1:
                self.known[key] = (reduce(or_, (masks[i] for i in taps.inside(0, size)), 0),) * units
            else:
                self.known[key] = tuple(_seen(masks, taps.inside(unit, size)) for unit in range(units))
        return self.known[key]


def _seen(masks: Masks, reads: Iterable[int]) -> int:
    seen = 0
    for unit in reads:
        seen |= masks[unit]
    return seen


def _maximal(products: Sequence[Product]) -> list[Product]:
    """Leave out every product that lies inside another, unit by unit and axis by axis."""
    kept: list[Product] = []
    for product in dict.fromkeys(products):
        if not any(_covers(other, product) for other in kept):
            kept = [other for other in kept if not _covers(product, other)]
            kept.append(product)
    return kept


def _covers(large: Product, small: Product) -> bool:
    return all(a is b or all(x & y == y for x, y in zip(a, b, strict=True)) for a, b in zip(large, small, strict=True))


def projected(products: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the union of products, seen along every axis."""
    return tuple(reduce(or_, masks) for masks in zip(*products, strict=True))


def extent(mask: int) -> tuple[int, int]:
    """Return the first and the last pixel of a mask that has some.

    >>> extent(0b101100)
    (2, 5)
    """
    return (mask & -mask).bit_length() - 1, mask.bit_length() - 1


def holes(mask: int) -> int:
    """Return the mask of the pixels between the first and the last that are not seen.

    >>> bin(holes(0b1010100))
    '0b101000'
    """
    first, last = extent(mask)
    return ~mask & ((2 << last) - (1 << first))


def union_size(products: Sequence[tuple[int, ...]]) -> int:
    """Return how many pixels a union of products has.

    >>> union_size([(0b11, 0b111), (0b111, 0b1)])
    7
    """
    if not products:
        return 0
    if len(products) == 1 or len(products[0]) == 1:
        return prod(mask.bit_count() for mask in projected(products))
    # Rows that the same products contain see the same columns.
    rows = Counter(
        tuple(masks[1:] for masks in products if masks[0] >> row & 1)
        for row in range(max(p[0] for p in products).bit_length())
    )
    return sum(count * union_size(columns) for columns, count in rows.items())
