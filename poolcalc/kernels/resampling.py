"""Resizing by gathering along one axis after the other; sampling points are exact fractions of integers."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from poolcalc.kernels import Array


def resize(
    x: Array,
    size: Sequence[int | None] | None,
    scale_factor: Sequence[Fraction] | None,
    *,
    interpolate: bool,
    align_corners: bool,
) -> Array:
    """Resize to `size`, None for an axis left alone, or by `scale_factor`; points beyond the border take its value.

    x: (channels, *spatial). size, scale_factor: one entry per axis. Returns (channels, *units), where a factor f makes
    ⌊n·f⌋ units of n, a product of doubles. Interpolation leaves an axis alone that keeps its size, whatever f is.
    """
    for axis, length in enumerate(x.shape[1:], start=1):
        if scale_factor is not None:
            up, down = scale_factor[axis - 1].numerator, scale_factor[axis - 1].denominator
            units = int(np.float64(length) * np.float64(scale_factor[axis - 1]))
        else:
            up = units = (size and size[axis - 1]) or length
            down = length
        if not interpolate:
            x = np.take(x, np.arange(units) * down // up, axis)
            continue
        if units == length:
            continue
        # Twice the numerator, so that half pixels stay integers: point = double / whole.
        if align_corners:
            double, whole = np.arange(units) * 2 * (length - 1), 2 * max(units - 1, 1)
        else:
            double, whole = (2 * np.arange(units) + 1) * down - up, 2 * up
        double = np.clip(double, 0, (length - 1) * whole)
        low = double // whole
        high = -(-double // whole)
        share = ((double - low * whole) / whole).astype(np.float32).reshape(-1, *(1,) * (x.ndim - 1 - axis))
        x, farther = np.take(x, low, axis), np.take(x, high, axis)
        x *= 1 - share
        farther *= share
        x += farther
        del farther  # not to be held while the next axis is resized
    return x
