"""Where windows start, found by laying them out one after the other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from poolcalc.kernels import Array

Window = tuple[Sequence[int], Sequence[int], Sequence[tuple[int, int]] | str, Sequence[int], bool]
"""kernel_size, stride, padding as (before, after), and dilation, each with one entry per axis; whether to round up."""


class Layout(NamedTuple):
    """The windows along one axis, in padded coordinates.

    starts: first pixel of every window. before, size, after: the padded axis. span, dilation: pixels from the first
    tap to the last, and from tap to tap. stop: the end as read by the last window, which in ceil mode may lie beyond
    the padding.
    """

    starts: range
    before: int
    size: int
    after: int
    span: int
    dilation: int

    @property
    def stop(self) -> int:
        """One past the last pixel that a window reads."""
        return self.starts[-1] + self.span if self.starts else 0

    def tap(self, offset: int) -> slice:
        """The pixel at `offset` of every window, as a slice of the padded axis."""
        return slice(offset, offset + self.starts[-1] + 1, self.starts.step)


def lay_out(
    size: int, kernel_size: int, stride: int, padding: tuple[int, int] | str, dilation: int, *, ceil_mode: bool
) -> Layout:
    """Put windows side by side for as long as they fit."""
    span = dilation * (kernel_size - 1) + 1
    if isinstance(padding, str):
        # `same`: a window for every stride-th pixel, and as much padding as the last of them needs.
        missing = max(range(0, size, stride)[-1] + span - size, 0)
        fewer = missing // 2
        padding = (missing - fewer, fewer) if padding == "same_lower" else (fewer, missing - fewer)
    before, after = padding
    starts = range(0, before + size + after - span + 1, stride)
    if ceil_mode:
        following = len(starts) * stride
        overhang = following + span - (before + size + after)
        if overhang < stride and following < before + size:
            starts = range(0, following + 1, stride)
    return Layout(starts, before, size, after, span, dilation)


def lay_out_all(spatial: Sequence[int], window: Window) -> list[Layout]:
    """Lay out the windows along every axis."""
    kernel_size, stride, padding, dilation, ceil_mode = window
    pairs: Sequence[tuple[int, int] | str] = [padding] * len(spatial) if isinstance(padding, str) else padding
    axes = zip(spatial, kernel_size, stride, pairs, dilation, strict=True)
    return [lay_out(n, k, s, p, d, ceil_mode=ceil_mode) for n, k, s, p, d in axes]


def padded_region(x: Array, layouts: Sequence[Layout], lows: Sequence[int], highs: Sequence[int], fill: float) -> Array:
    """Return the part lows … highs of the padded input: a view where it is all input, a filled copy elsewhere."""
    bounds = [
        (low - layout.before, high - layout.before, layout.size)
        for layout, low, high in zip(layouts, lows, highs, strict=True)
    ]
    inner = tuple(slice(max(low, 0), min(high, size)) for low, high, size in bounds)
    if all(low >= 0 and high <= size for low, high, size in bounds):
        return x[(slice(None), *inner)]
    region = np.full((len(x), *(high - low for low, high, _ in bounds)), fill, np.float32)
    if all(part.start < part.stop for part in inner):
        target = tuple(
            slice(part.start - low, part.stop - low) for part, (low, _, _) in zip(inner, bounds, strict=True)
        )
        region[(slice(None), *target)] = x[(slice(None), *inner)]
    return region


Read = tuple[int, int, slice]
"""Which units of a run read pixels at all, from and up to, and the pixels that they read; the others read padding."""


def inside(units: range, offset: int, size: int) -> Read:
    """Return what units read at their places plus `offset`, along an axis with that many pixels."""
    start, stop, step = units.start + offset, units.stop + offset, units.step
    low = len(range(start, min(stop, 0), step))
    high = len(range(start, min(stop, size), step))
    return low, high, slice(start + low * step, start + high * step, step)


def gather(x: Array, reads: Sequence[Read], out: Array) -> None:
    """Copy the pixels that units read into `out`, zeros where they read padding."""
    source: list[slice] = [slice(None)]
    for axis, (low, high, pixels) in enumerate(reads, start=1):
        before = (slice(None),) * axis
        if low:
            out[(*before, slice(low))] = 0
        if high < out.shape[axis]:
            out[(*before, slice(high, None))] = 0
        out = out[(*before, slice(low, high))]
        source.append(pixels)
    np.copyto(out, x[tuple(source)])
