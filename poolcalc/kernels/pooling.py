"""Pooling, one axis after the other: a window of k × k costs 2·k operations per value, not k²."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

from poolcalc.kernels import WORKSPACE, Array
from poolcalc.kernels.parallel import share
from poolcalc.kernels.windows import Layout, lay_out_all, padded_region


def sliding_max(
    x: Array,
    *,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]] | str,
    dilation: Sequence[int],
    ceil_mode: bool,
) -> Array:
    """Return the largest value of every window; padding is −∞ and a NaN wins."""
    layouts = lay_out_all(x.shape[1:], kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)
    return _slide(x, layouts, dilation, np.maximum, -np.inf)


def sliding_mean(
    x: Array,
    *,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]] | str,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    """Return the mean of every window, over its cells inside the padded input or inside the input alone."""
    ones = (1,) * len(kernel_size)
    layouts = lay_out_all(x.shape[1:], kernel_size, stride, padding, ones, ceil_mode=ceil_mode)
    y = _slide(x, layouts, ones, np.add, 0)
    cells = []
    for layout in layouts:
        first, last = (0, layout.before + layout.size + layout.after)
        if not count_include_pad:
            first, last = layout.before, layout.before + layout.size
        cells.append(np.array([min(start + layout.span, last) - max(start, first) for start in layout.starts]))
    y /= reduce(np.multiply.outer, cells).astype(np.float32)
    return y


def _slide(x: Array, layouts: Sequence[Layout], dilation: Sequence[int], combine: np.ufunc, fill: float) -> Array:
    """Combine the values of every window, a block of channels at a time."""
    y = np.empty((len(x), *(len(layout.starts) for layout in layouts)), np.float32)
    lows, stops = [0] * len(layouts), [layout.stop for layout in layouts]
    step = max(1, WORKSPACE // max(1, x[0].size))

    def fill_in(blocks: Iterator[int]) -> None:
        for low in blocks:
            block = padded_region(x[low : low + step], layouts, lows, stops, fill)
            for axis, (layout, gap) in enumerate(zip(layouts, dilation, strict=True), start=1):
                block = _combine_taps(block, axis, layout, gap, combine)
            y[low : low + step] = block

    share(fill_in, range(0, len(x), step))
    return y


def _combine_taps(block: Array, axis: int, layout: Layout, dilation: int, combine: np.ufunc) -> Array:
    before = (slice(None),) * axis
    taps = [block[(*before, layout.tap(offset))] for offset in range(0, layout.span, dilation)]
    if len(taps) == 1:
        return taps[0]
    result: Array = combine(taps[0], taps[1])
    for tap in taps[2:]:
        combine(result, tap, out=result)
    return result


def adaptive(x: Array, output_size: Sequence[int | None], reduce: str) -> Array:
    """Reduce n values to o along every axis where o is given; window i is ⌊i·n/o⌋ up to ⌈(i+1)·n/o⌉."""
    reductions: dict[str, Callable[..., Any]] = {"mean": np.mean, "max": np.max}
    for axis, units in enumerate(output_size, start=1):
        if units is not None:
            size = x.shape[axis]
            parts = [
                reductions[reduce](
                    x[(slice(None),) * axis + (slice(i * size // units, -(-(i + 1) * size // units)),)],
                    axis=axis,
                    keepdims=True,
                )
                for i in range(units)
            ]
            x = np.concatenate(parts, axis=axis)
    return x
