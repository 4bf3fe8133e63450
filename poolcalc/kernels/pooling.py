"""Pooling, one axis after the other: a window of k × k costs 2·k operations per value, not k²."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

from poolcalc.kernels import WORKSPACE, Array
from poolcalc.kernels.parallel import share
from poolcalc.kernels.windows import Layout, Window, lay_out_all, padded_region


def sliding_max(x: Array, window: Window) -> Array:
    """Return the largest value of every window; padding is −∞ and a NaN wins.

    x: (channels, *spatial). Returns (channels, *units), a unit for every window.
    """
    return _slide(x, lay_out_all(x.shape[1:], window), np.maximum, -np.inf)


def sliding_mean(x: Array, window: Window, *, count_include_pad: bool) -> Array:
    """Return the mean of every window, over its cells inside the padded input or inside the input alone.

    x: (channels, *spatial), window: without dilation. Returns (channels, *units), a unit for every window.
    """
    layouts = lay_out_all(x.shape[1:], window)
    y = _slide(x, layouts, np.add, 0)
    cells = []
    for layout in layouts:
        if count_include_pad:
            first, last = 0, layout.before + layout.size + layout.after
        else:
            first, last = layout.before, layout.before + layout.size
        cells.append(np.array([min(start + layout.span, last) - max(start, first) for start in layout.starts]))
    y /= reduce(np.multiply.outer, cells).astype(np.float32)
    return y


def _slide(x: Array, layouts: Sequence[Layout], combine: np.ufunc, fill: float) -> Array:
    """Combine the values of every window, a block of channels at a time."""
    y = np.empty((len(x), *(len(layout.starts) for layout in layouts)), np.float32)
    lows, stops = [0] * len(layouts), [layout.stop for layout in layouts]
    step = max(1, WORKSPACE // x[0].size)

    def fill_in(blocks: Iterator[int]) -> None:
        for low in blocks:
            block = padded_region(x[low : low + step], layouts, lows, stops, fill)
            for axis, layout in enumerate(layouts, start=1):
                block = _combine_taps(block, axis, layout, combine)
            y[low : low + step] = block

    share(fill_in, range(0, len(x), step))
    return y


def _combine_taps(block: Array, axis: int, layout: Layout, combine: np.ufunc) -> Array:
    before = (slice(None),) * axis
    taps = [block[(*before, layout.tap(offset))] for offset in range(0, layout.span, layout.dilation)]
    if len(taps) == 1:
        return taps[0]
    result: Array = combine(taps[0], taps[1])
    for tap in taps[2:]:
        combine(result, tap, out=result)
    return result


def adaptive(x: Array, output_size: Sequence[int | None], reduce: str) -> Array:
    """Reduce n values to o along every axis where o is given; window i is ⌊i·n/o⌋ up to ⌈(i+1)·n/o⌉.

    x: (channels, *spatial). output_size: o for every axis, None where the n stay. reduce: "mean" or "max".
    Returns (channels, *units).
    """
    reductions: dict[str, Callable[..., Any]] = {"mean": np.mean, "max": np.max}
    for axis, units in enumerate(output_size, start=1):
        if units is not None:
            before: tuple[slice | int, ...] = (slice(None),) * axis
            size = x.shape[axis]
            y = np.empty((*x.shape[:axis], units, *x.shape[axis + 1 :]), np.float32)
            for i in range(units):
                part = x[(*before, slice(i * size // units, -(-(i + 1) * size // units)))]
                reductions[reduce](part, axis=axis, out=y[(*before, i)])
            x = y
    return x
